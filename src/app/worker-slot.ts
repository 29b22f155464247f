import cluster, { type Worker } from 'node:cluster';

/** Milliseconds before a worker is replaced; twice as many each time that one has ended soon. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/** The place of one worker: whoever ends is replaced, however often, until the slot is ended. */
export class WorkerSlot {
  private worker: Worker | undefined;
  private pause = FIRST_PAUSE;
  private timer: NodeJS.Timeout | undefined;
  private ended = false;

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  fill(): void {
    const began = performance.now();
    this.worker = cluster.fork(this.env).once('exit', (code, signal) => {
      this.worker = undefined;
      // It served for a while: what ended it is not what ended the one before.
      if (performance.now() - began > LONGEST_PAUSE) this.pause = FIRST_PAUSE;
      if (!this.ended) this.refill(signal ?? `exit code ${code}`);
    });
  }

  /** Ends the worker with this signal, for good. */
  end(signal: NodeJS.Signals): void {
    this.ended = true;
    clearTimeout(this.timer);
    this.worker?.process.kill(signal);
  }

  private refill(reason: string): void {
    console.error(`A worker has ended (${reason}). Another one starts in ${this.pause} ms.`);
    this.timer = setTimeout(() => this.fill(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }
}
