import { Subject } from 'rxjs';
import type { History, Undelivered as Claimed } from '../../history/history.js';
import type { StreamPosition } from '../../protocol/frames.js';
import { FaultLog } from '../../registry/fault-log.js';
import type { UndeliveredHandler, UndeliveredMessage } from './undelivered-handler.js';

/** What is set of the handing over. */
export interface UndeliveredSettings {
  readonly undeliveredInterval: number;
  readonly undeliveredLease: number;
  readonly maxUndelivered: number;
}

/** A lease is renewed when so much of it is over. */
const RENEWED_AFTER = 1 / 3;

/**
 * Hands messages that were not delivered in time to the application. Every node on which somebody
 * wants them looks for them now and then, at a time of its own. What it finds is its own for the
 * time of a lease, which it renews until it is done.
 */
export class Undelivered {
  readonly messages = new Subject<UndeliveredMessage>();
  private readonly faults = new FaultLog('The UndeliveredHandler failed');
  private readonly renewal: number;
  private readonly pause: number;
  /** What this node has claimed, until the history knows that it was handed over. */
  private readonly claimed = new Map<string, Claimed>();
  /** Those of them that are being handled. */
  private readonly open = new Set<Claimed>();
  /** Those of them that have been. */
  private readonly handled = new Set<Claimed>();
  private renewedAt = 0;
  private running: Promise<void> | undefined;
  private isStopping = false;
  private isWoken = false;
  private resume: () => void = () => undefined;

  constructor(
    private readonly history: History,
    private readonly settings: UndeliveredSettings,
    /** Undefined for none: then `messages` is all that there is. */
    private readonly handler: (() => UndeliveredHandler) | undefined,
  ) {
    this.renewal = settings.undeliveredLease * RENEWED_AFTER;
    this.pause = Math.min(settings.undeliveredInterval, this.renewal);
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Takes on no more, and answers when what was taken on has been handled. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    await this.wait(Math.random() * this.pause);
    while (!this.isStopping || this.open.size > 0) {
      const isBusy = await this.look().catch(() => false);
      if (!isBusy) await this.wait(this.pause);
    }
    await this.confirm().catch(() => undefined);
    this.messages.complete();
  }

  /**
   * Answers whether to look again at once.
   *
   * @throws PushException UNAVAILABLE when the history cannot be reached: a later look may
   */
  private async look(): Promise<boolean> {
    await this.confirm();
    await this.renew();
    const room = this.settings.maxUndelivered - this.open.size;
    if (room === 0 || this.isStopping || !this.isWanted) return false;
    const found = await this.history.claimUndelivered(room);
    for (const message of found) void this.take(message);
    return found.length > 0 && found.length < room;
  }

  private get isWanted(): boolean {
    return this.handler !== undefined || this.messages.observed;
  }

  private async take(claimed: Claimed): Promise<void> {
    const name = nameOf(claimed);
    // Its lease had ended before it could be renewed, or the history be told that it is done.
    if (this.claimed.has(name)) return;
    this.claimed.set(name, claimed);
    this.open.add(claimed);
    try {
      const message = messageOf(claimed);
      this.messages.next(message);
      await this.handler?.().handle(message);
      this.handled.add(claimed);
    } catch (error) {
      this.claimed.delete(name);
      this.faults.tell(error);
    }
    this.open.delete(claimed);
    this.wake();
  }

  /** Tells the history what was handed over. */
  private async confirm(): Promise<void> {
    const done = [...this.handled];
    if (done.length === 0) return;
    await this.history.undeliveredDone(done);
    for (const claimed of done) {
      this.handled.delete(claimed);
      this.claimed.delete(nameOf(claimed));
    }
  }

  private async renew(): Promise<void> {
    const now = performance.now();
    if (this.claimed.size > 0) {
      if (now - this.renewedAt < this.renewal) return;
      await this.history.keepUndelivered([...this.claimed.values()]);
    }
    this.renewedAt = now;
  }

  private wake(): void {
    this.isWoken = true;
    this.resume();
  }

  /** Until it is time, a message is done, or this node stops. */
  private async wait(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      this.resume = resolve;
      timer = setTimeout(resolve, milliseconds).unref();
    });
    if (!this.isWoken) await over;
    clearTimeout(timer);
    this.isWoken = false;
  }
}

function nameOf({ uid, message }: Claimed): string {
  const { epoch, offset } = message.position as StreamPosition;
  return `${epoch} ${offset} ${uid}`;
}

function messageOf({ uid, message, at }: Claimed): UndeliveredMessage {
  const { id, from, json } = message;
  const { epoch, offset } = message.position as StreamPosition;
  const sender = from === undefined ? {} : { from };
  return { uid, id, epoch, offset, at, ...sender, data: JSON.parse(json) as unknown };
}
