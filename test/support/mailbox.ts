/** Longer than anything a test waits for takes on a busy machine, shorter than vitest's bound. */
export const PATIENCE = 10_000;

interface Waiter<T> {
  readonly matches: (item: T) => boolean;
  readonly resolve: (item: T) => void;
  readonly reject: (reason: string) => void;
}

/**
 * What has arrived and was not taken yet, and who waits for it. A wait that cannot be fulfilled
 * rejects with what it waited for and everything that came instead.
 */
export class Mailbox<T> {
  /** Everything that ever arrived, taken or not. */
  readonly all: T[] = [];
  private readonly untaken: T[] = [];
  private readonly waiters = new Set<Waiter<T>>();
  private ending: string | undefined;

  constructor(
    private readonly show: (item: T) => string,
    private readonly patience = PATIENCE,
  ) {}

  put(item: T): void {
    this.all.push(item);
    for (const waiter of this.waiters) {
      if (!waiter.matches(item)) continue;
      waiter.resolve(item);
      return;
    }
    this.untaken.push(item);
  }

  /** Nothing more will come: whoever waits is told why. */
  end(reason: string): void {
    this.ending ??= reason;
    for (const waiter of this.waiters) waiter.reject(reason);
  }

  /** Takes out everything that has arrived until now. */
  takeAll(): T[] {
    return this.untaken.splice(0);
  }

  /** Takes out the first item that matches, now or when it comes; the others stay in order. */
  take(what: string, matches: (item: T) => boolean = () => true): Promise<T> {
    const index = this.untaken.findIndex(matches);
    if (index >= 0) return Promise.resolve(this.untaken.splice(index, 1)[0]);
    const trace = new Error();
    if (this.ending !== undefined) return Promise.reject(this.failure(trace, what, this.ending));
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.waiters.delete(waiter);
      };
      const waiter: Waiter<T> = {
        matches,
        resolve: (item) => {
          finish();
          resolve(item);
        },
        reject: (reason) => {
          finish();
          reject(this.failure(trace, what, reason));
        },
      };
      const timer = setTimeout(() => waiter.reject(`${this.patience} ms passed`), this.patience);
      this.waiters.add(waiter);
    });
  }

  /** The error of the test's own line, so that its stack leads there. */
  private failure(trace: Error, what: string, reason: string): Error {
    const came =
      this.all.length === 0 ? ' nothing' : this.all.map((x) => `\n  ${this.show(x)}`).join('');
    trace.message = `Waited for ${what}, but ${reason}. Until then came:${came}`;
    return trace;
  }
}
