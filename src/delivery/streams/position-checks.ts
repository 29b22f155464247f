import type { History } from '../../history/history.js';
import type { Positions } from './positions.js';
import type { UidStream } from './uid-stream.js';

/** Parts of a round of checks: not all uids in one instant. */
const PARTS = 25;
const SHORTEST = 10;

/** What is in doubt is checked sooner: so many, and the milliseconds from one time to the next. */
const SOME = 200;
const SOON = 50;

/**
 * Compares now and then where this node stands with where the streams end, so that a message that
 * was lost on the way is found though no other follows it. It also keeps the streams of those who
 * are here alive.
 */
export class PositionChecks {
  private timer: NodeJS.Timeout | undefined;
  private soon: NodeJS.Timeout | undefined;
  private round: Iterator<UidStream> | undefined;
  private readonly doubted = new Set<UidStream>();

  constructor(
    private readonly history: History,
    private readonly positions: Positions,
    /** Milliseconds for a round. */
    private readonly interval: number,
  ) {}

  start(): void {
    const pause = Math.max(this.interval / PARTS, SHORTEST);
    this.timer = setInterval(() => void this.check(this.nextPart(pause)), pause);
  }

  stop(): void {
    clearInterval(this.timer);
    clearTimeout(this.soon);
  }

  /** Has it checked out of turn. */
  doubt(stream: UidStream): void {
    this.doubted.add(stream);
    this.soon ??= setTimeout(() => this.checkDoubted(), SOON);
  }

  doubtAll(concerns: (uid: string) => boolean): void {
    for (const stream of this.positions.all()) if (concerns(stream.uid)) this.doubt(stream);
  }

  private checkDoubted(): void {
    this.soon = undefined;
    const some: UidStream[] = [];
    for (const stream of this.doubted) {
      if (some.length === SOME) break;
      this.doubted.delete(stream);
      some.push(stream);
    }
    void this.check(some);
    if (this.doubted.size > 0) this.soon = setTimeout(() => this.checkDoubted(), SOON);
  }

  private nextPart(pause: number): UidStream[] {
    const count = Math.ceil((this.positions.count * pause) / this.interval);
    const part: UidStream[] = [];
    while (part.length < count) {
      const next = (this.round ??= this.positions.all()).next();
      if (next.done === true) {
        this.round = undefined;
        return part;
      }
      part.push(next.value);
    }
    return part;
  }

  private async check(part: readonly UidStream[]): Promise<void> {
    const streams = part.filter((stream) => this.positions.isHere(stream));
    if (streams.length === 0) return;
    const known = streams.map(({ uid, position }) => ({ uid, known: position }));
    try {
      const tops = await this.history.tops(known);
      for (const [i, stream] of streams.entries()) {
        // Whoever began anew meanwhile knows better.
        if (stream.epoch === known[i].known?.epoch) this.positions.compare(stream, tops[i]);
      }
    } catch {
      // The history is away, and it is doubted when it is back.
    }
  }
}
