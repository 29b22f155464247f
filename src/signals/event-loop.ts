import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds between looks at the clock. */
const RESOLUTION = 10;
const NANOSECONDS = 1e6;

/** By how many milliseconds the event loop was late, in the time since it was read last. */
export interface Lateness {
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

/** Measures how late the event loop is, from its making until it is stopped. */
export class EventLoopWatch {
  private readonly histogram = monitorEventLoopDelay({ resolution: RESOLUTION });

  constructor() {
    this.histogram.enable();
  }

  read(): Lateness {
    const { histogram } = this;
    const lateness = {
      median: late(histogram.percentile(50)),
      p99: late(histogram.percentile(99)),
      max: late(histogram.max),
    };
    histogram.reset();
    return lateness;
  }

  stop(): void {
    this.histogram.disable();
  }
}

/** The histogram holds the times between looks, which are never shorter than they should be. */
function late(nanoseconds: number): number {
  return Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION);
}
