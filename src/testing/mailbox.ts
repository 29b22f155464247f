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
    /** Milliseconds that somebody waits at most. */
    private readonly patience: number,
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

  /** Takes out the first item that matches and has arrived; undefined if there is none. */
  takeArrived(matches: (item: T) => boolean): T | undefined {
    const index = this.untaken.findIndex(matches);
    return index < 0 ? undefined : this.untaken.splice(index, 1)[0];
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

  /** Everything that came, for the end of an error's message. */
  report(): string {
    const came =
      this.all.length === 0 ? ' nothing' : this.all.map((x) => `\n  ${this.show(x)}`).join('');
    return ` Until then came:${came}`;
  }

  /** The error of the test's own line, so that its stack leads there. */
  private failure(trace: Error, what: string, reason: string): Error {
    trace.message = `Waited for ${what}, but ${reason}.${this.report()}`;
    return trace;
  }
}
