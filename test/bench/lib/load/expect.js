/** How long pushed messages may take to arrive before they count as lost. */
const PATIENCE_MS = 20_000;

/**
 * Counts messages that the server sends of its own accord. Armed before the server is asked, so
 * that none is missed; `settled` resolves when all have come.
 *
 * @param {import('./connection.js').Receiver} fleet
 * @param {number} count
 */
export function expectMessages(fleet, count) {
  let received = 0;
  const all = new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${received} of ${count} pushed messages came`)),
      PATIENCE_MS,
    );
    fleet.sink = {
      message() {
        if (++received !== count) return;
        clearTimeout(timer);
        resolve(undefined);
      },
    };
  });
  const settled = fleet.during(all);
  // Awaited only when the server has answered; until then a failure must not count as unhandled.
  settled.catch(() => {});
  return settled;
}
