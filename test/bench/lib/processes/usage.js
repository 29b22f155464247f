/**
 * @typedef {{ cpu: number, at: number }} Usage CPU time of the process with all its threads, and
 *   the wall clock, both in microseconds
 */

/** @returns {Usage} */
export function usage() {
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, at: performance.now() * 1000 };
}

/**
 * What was used between two readings of the same process.
 *
 * @param {Usage} before
 * @param {Usage} after
 */
export function used(before, after) {
  const cpu = after.cpu - before.cpu;
  return { cpu, busy: cpu / (after.at - before.at) };
}

/** Bytes in use after a full collection. Needs `--expose-gc`. */
export async function settledMemory() {
  // Twice, with a turn between: finalizers of the first round free what the second collects.
  for (let i = 0; i < 2; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { js: heapUsed + external, rss };
}
