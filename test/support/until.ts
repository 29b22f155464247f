import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again and again until it holds: for what no event tells, such as another process's keys.
 */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  patience = 15_000,
): Promise<void> {
  const trace = new Error();
  const end = performance.now() + patience;
  while (!(await holds())) {
    if (performance.now() > end) {
      trace.message = `Waited for ${patience} ms until ${what}, in vain.`;
      throw trace;
    }
    await pause(10);
  }
}
