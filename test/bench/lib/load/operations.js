import { clientFrame } from '../wire/frames.js';
import { payloadOf } from '../wire/payload.js';
import { randomIntegers } from '../wire/random.js';
import { DEVICES_PER_UID, population, sharedUid, singleUid } from '../wire/uids.js';

/** Messages that a burst consists of. */
export const BURST = 50;

/** Memory that prebuilt frames may take; of large ones there are fewer receivers. */
const FRAMES_BYTES = 64 * 1024 * 1024;

/**
 * One thing that the load does again and again: `start()` begins it, and it is done when
 * `deliveries` messages have come back.
 *
 * @typedef {{ start: () => void, deliveries: number }} Operation
 *
 * @typedef {import('./fleet.js').Fleet} Fleet
 */

/**
 * Masked frames to `count` receivers, as many as fit.
 *
 * @param {number} count
 * @param {number} size
 * @param {(index: number) => string} text
 */
export function prebuilt(count, size, text) {
  const fitting = Math.min(count, Math.max(1, Math.floor(FRAMES_BYTES / (size + 64))));
  return Array.from({ length: fitting }, (_, index) => clientFrame(text(index)));
}

/** A random connection sends a random one of the frames. @param {Fleet} fleet @param {Buffer[]} frames */
function fromAnyone({ connections }, frames) {
  const random = randomIntegers();
  return () => connections[random(connections.length)].write(frames[random(frames.length)]);
}

/** @type {Record<string, (fleet: Fleet, size: number) => Operation>} */
export const operations = {
  /** A message to a user with one connection. */
  routed(fleet, size) {
    const { single } = population(fleet.connections.length);
    const payload = payloadOf(size);
    /** @param {number} index */
    const text = (index) => fleet.dialect.send(singleUid(index), payload);
    return { start: fromAnyone(fleet, prebuilt(single, size, text)), deliveries: 1 };
  },

  /** A message to a user with several connections. */
  devices(fleet, size) {
    const { shared } = population(fleet.connections.length);
    const payload = payloadOf(size);
    /** @param {number} index */
    const text = (index) => fleet.dialect.send(sharedUid(index), payload);
    return { start: fromAnyone(fleet, prebuilt(shared, size, text)), deliveries: DEVICES_PER_UID };
  },

  /** A message to everyone. */
  broadcast(fleet, size) {
    const frame = clientFrame(fleet.dialect.broadcast(payloadOf(size)));
    return { start: fromAnyone(fleet, [frame]), deliveries: fleet.connections.length };
  },

  /** Many messages at once from one connection to one other. */
  burst(fleet, size) {
    const { single } = population(fleet.connections.length);
    const payload = payloadOf(size);
    const bursts = prebuilt(single, size * BURST, (index) =>
      fleet.dialect.send(singleUid(index), payload),
    ).map((frame) => Buffer.concat(Array(BURST).fill(frame)));
    return { start: fromAnyone(fleet, bursts), deliveries: BURST };
  },
};
