import type { Entry } from './entry.js';

/**
 * Messages that are undelivered at a time of their own. Those that wait for equally long stand in
 * the order of their times, so there is a queue for each length, of which there are few; and one
 * that was acknowledged is taken out at once.
 */
export class DueQueue {
  private readonly queues = new Map<number, Set<Entry>>();

  get isEmpty(): boolean {
    return this.queues.size === 0;
  }

  has(entry: Entry): boolean {
    return this.queues.get(entry.dueAfter)?.has(entry) === true;
  }

  add(entry: Entry, after: number, now: number): void {
    entry.due = now + after;
    entry.dueAfter = after;
    const queue = this.queues.get(after);
    if (queue === undefined) this.queues.set(after, new Set([entry]));
    else queue.add(entry);
  }

  delete(entry: Entry): void {
    const queue = this.queues.get(entry.dueAfter);
    if (queue?.delete(entry) === true && queue.size === 0) this.queues.delete(entry.dueAfter);
  }

  /** Those whose time has come, at most so many. */
  until(now: number, limit: number): Entry[] {
    const due: Entry[] = [];
    for (const queue of this.queues.values()) {
      for (const entry of queue) {
        if (entry.due > now || due.length >= limit) break;
        due.push(entry);
      }
    }
    return due;
  }
}
