/** How many connections share one uid in the scenario of a user with several devices. */
export const DEVICES_PER_UID = 5;

/**
 * How a number of connections is divided among uids, known to the load (which authenticates
 * them) and to the servers (which push to them). Four fifths are users with one connection, the
 * rest users with five, so that no scenario needs connections of its own.
 *
 * @param {number} connections
 */
export function population(connections) {
  const single = Math.floor(connections * 0.8);
  return { single, shared: Math.floor((connections - single) / DEVICES_PER_UID) };
}

/** @param {number} index */
export const singleUid = (index) => `u${index}`;

/** @param {number} index */
export const sharedUid = (index) => `m${index}`;

/**
 * The uid of the connection number `index`.
 *
 * @param {number} index
 * @param {number} connections
 */
export function uidOf(index, connections) {
  const { single, shared } = population(connections);
  if (index < single) return singleUid(index);
  return sharedUid(Math.min(Math.floor((index - single) / DEVICES_PER_UID), shared - 1));
}
