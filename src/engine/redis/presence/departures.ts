/** A uid, and when its offline delay ends by Redis's clock. */
export interface Departure {
  readonly uid: string;
  readonly ends: number;
}

interface Waiting extends Departure {
  /** The same moment by this node's clock, or a little later. */
  readonly at: number;
}

/**
 * Uids that will be offline unless they come back, in the order in which their delay ends: all
 * delays of a node are of the same length. One timer serves them all.
 */
export class Departures {
  private readonly waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    /** Milliseconds from leaving to being offline. */
    private readonly delay: number,
    private readonly onDue: (departures: readonly Departure[]) => void,
  ) {}

  /** `ends` is what Redis said of a connection that went: 0 when no delay has begun. */
  add(uid: string, ends: number): void {
    if (ends === 0) return;
    // Redis's clock counts whole milliseconds: one more, so that it agrees.
    this.waiting.push({ uid, ends, at: performance.now() + this.delay + 1 });
    this.schedule();
  }

  /** Those whose delay runs. */
  uids(): ReadonlySet<string> {
    return new Set(this.waiting.map(({ uid }) => uid));
  }

  /** Others see to them when this node no longer does. */
  stop(): void {
    this.waiting.length = 0;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private schedule(): void {
    if (this.timer !== undefined || this.waiting.length === 0) return;
    this.timer = setTimeout(() => this.fire(), this.waiting[0].at - performance.now());
    this.timer.unref();
  }

  private fire(): void {
    this.timer = undefined;
    const now = performance.now();
    const next = this.waiting.findIndex(({ at }) => at > now);
    const due = this.waiting.splice(0, next < 0 ? this.waiting.length : next);
    if (due.length > 0) this.onDue(due);
    this.schedule();
  }
}
