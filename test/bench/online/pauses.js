import { PerformanceObserver, monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * @typedef {{ gc: { count: number, total: number, longest: number }, longestStall: number }} Taken
 *   all in milliseconds
 */

/** What holds the event loop up, since it was last asked. */
export class Pauses {
  #collections = { count: 0, total: 0, longest: 0 };
  #delay = monitorEventLoopDelay({ resolution: 1 });

  constructor() {
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) this.#note(duration);
    }).observe({ entryTypes: ['gc'] });
    this.#delay.enable();
  }

  /** @returns {Promise<Taken>} */
  async take() {
    // The observer hears of a collection a turn after it.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const taken = { gc: this.#collections, longestStall: this.#delay.max / 1e6 };
    this.#collections = { count: 0, total: 0, longest: 0 };
    this.#delay.reset();
    return taken;
  }

  /** @param {number} duration */
  #note(duration) {
    const { count, total, longest } = this.#collections;
    this.#collections = {
      count: count + 1,
      total: total + duration,
      longest: Math.max(longest, duration),
    };
  }
}
