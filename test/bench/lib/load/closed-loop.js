/** How long after the end of sending the last messages may take to come back. */
const DRAIN_MS = 20_000;

/**
 * Keeps a number of operations under way for a time: each one that is done starts the next.
 *
 * @param {import('./connection.js').Receiver} fleet
 * @param {import('./operations.js').Operation} operation
 * @param {{ inFlight: number, durationMs: number }} work
 */
export function closedLoop(fleet, { start, deliveries }, { inFlight, durationMs }) {
  let started = 0;
  let done = 0;
  let missing = deliveries;
  let running = true;
  const next = () => {
    started++;
    start();
  };

  const work = new Promise((resolve, reject) => {
    /** @type {NodeJS.Timeout | undefined} */
    let giveUp;
    const began = performance.now();
    const finish = () => {
      clearTimeout(giveUp);
      resolve({ operations: done, ms: performance.now() - began });
    };
    fleet.sink = {
      // Which operation a message belongs to is not looked at: only that as many come back as
      // were asked for.
      message() {
        if (--missing > 0) return;
        missing = deliveries;
        done++;
        if (running) next();
        else if (done === started) finish();
      },
    };
    setTimeout(() => {
      running = false;
      giveUp = setTimeout(
        () => reject(new Error(`${done} of ${started} operations done, messages were lost`)),
        DRAIN_MS,
      );
    }, durationMs);
    for (let i = 0; i < inFlight; i++) next();
  });
  return fleet.during(work);
}
