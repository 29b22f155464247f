import type { Subscription } from 'rxjs';
import { Message } from '../../protocol/message.js';
import type { Connection } from '../../registry/connection.js';
import { FanOut } from '../../registry/fan-out.js';

/** A device that has not answered. */
interface Waiting {
  readonly connection: Connection;
  readonly watch: Subscription;
  /** Its answer is on the way to the node that asks. */
  isAnswering: boolean;
}

/** A request, on a node that holds devices which it asks. */
export class AskedRequest {
  private readonly waiting = new Map<string, Waiting>();

  constructor(
    readonly id: string,
    /** The node that asks. */
    readonly node: string,
    private readonly timer: NodeJS.Timeout,
  ) {}

  /** Whether every device has answered, or has gone. */
  get isDone(): boolean {
    return this.waiting.size === 0;
  }

  /** The connection was asked. @param left called if it goes, or has gone, without an answer */
  await(connection: Connection, left: () => void): void {
    const watch = connection.closed$.subscribe(left);
    if (watch.closed) return;
    this.waiting.set(connection.connectionId, { connection, watch, isAnswering: false });
  }

  /** The connection answers; false when it is not to. */
  begin(connectionId: string): boolean {
    const waiting = this.waiting.get(connectionId);
    if (waiting === undefined || waiting.isAnswering) return false;
    waiting.isAnswering = true;
    return true;
  }

  /** Its answer did not get through: it may answer once more. */
  again(connectionId: string): void {
    const waiting = this.waiting.get(connectionId);
    if (waiting !== undefined) waiting.isAnswering = false;
  }

  /** The connection has answered, or has gone. */
  drop(connectionId: string): void {
    this.waiting.get(connectionId)?.watch.unsubscribe();
    this.waiting.delete(connectionId);
  }

  /** Nobody waits for answers any more. */
  end(): void {
    clearTimeout(this.timer);
    const { id } = this;
    const cancelled = new FanOut(Message.notice(id, 'cancelled', { id }), undefined);
    for (const { connection, watch, isAnswering } of this.waiting.values()) {
      watch.unsubscribe();
      if (!isAnswering) cancelled.to(connection);
    }
    this.waiting.clear();
  }
}
