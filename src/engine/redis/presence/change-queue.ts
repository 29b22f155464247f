import type { Admission } from '../../engine.js';
import { BATCH, type Change } from './presence-calls.js';

/** A change that Redis does not know of yet. */
export interface PendingChange extends Change {
  /** What Redis says of it; undefined when Redis is away, or it needs no answer. */
  done(placed: Admission | undefined): void;
}

/**
 * Changes on their way to Redis: they go out in batches, one after the other, each holding
 * everything that came up meanwhile.
 */
export class ChangeQueue {
  private isOpen = false;
  private waiting: PendingChange[] = [];
  private inFlight: readonly PendingChange[] = [];
  private pump: Promise<void> | undefined;

  constructor(
    /** Tells Redis of them; never rejects. */
    private readonly tell: (batch: readonly PendingChange[]) => Promise<void>,
  ) {}

  push(change: PendingChange): void {
    this.waiting.push(change);
    this.startPump();
  }

  open(): void {
    this.isOpen = true;
    this.startPump();
  }

  /** What is under way goes on; the rest waits. */
  pause(): void {
    this.isOpen = false;
  }

  /** These are to be told of before what waits: Redis has refused to hear of them. */
  putBack(batch: readonly PendingChange[]): void {
    this.waiting.unshift(...batch);
  }

  /** Answers, and forgets, what waits. */
  takeWaiting(): PendingChange[] {
    const waiting = this.waiting;
    this.waiting = [];
    return waiting;
  }

  /** Everything of which Redis is being told, or will be. */
  all(): PendingChange[] {
    return [...this.inFlight, ...this.waiting];
  }

  /** Resolves when Redis was told of everything, as far as the queue is open. */
  async drain(): Promise<void> {
    while (this.pump !== undefined) await this.pump;
  }

  private startPump(): void {
    if (!this.isOpen || this.waiting.length === 0) return;
    this.pump ??= this.pumpAll().finally(() => {
      this.pump = undefined;
      this.startPump();
    });
  }

  private async pumpAll(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.isOpen && this.waiting.length > 0) {
      this.inFlight = this.waiting.splice(0, BATCH);
      await this.tell(this.inFlight);
      this.inFlight = [];
    }
  }
}
