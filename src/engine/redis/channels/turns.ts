import type { Message } from '../../../protocol/message.js';
import type { NodeHandler } from '../../node-handler.js';
import type { Except } from '../../target.js';

/** A message that is handed to connections of this node when those before it have been. */
export interface Turn {
  readonly uid: string;
  readonly except: Except | undefined;
  /** Null if it came to nothing. */
  message: Message | null;
  /** Whether it is known what is to be handed over. */
  isSettled: boolean;
}

/**
 * Keeps messages of this node to a uid in order for connections of this node. A message that is
 * appended to the uid's stream has its position only when Redis has answered; what this node sends
 * to the uid meanwhile waits for that. Other nodes get all of it in the order of Redis.
 */
export class Turns {
  private readonly queues = new Map<string, Turn[]>();

  constructor(private readonly node: NodeHandler) {}

  /** Whether something waits for anything. */
  get isEmpty(): boolean {
    return this.queues.size === 0;
  }

  /** The turn of a message that is on its way. */
  take(uid: string, except: Except | undefined): Turn {
    const turn: Turn = { uid, except, message: null, isSettled: false };
    const queue = this.queues.get(uid);
    if (queue === undefined) this.queues.set(uid, [turn]);
    else queue.push(turn);
    return turn;
  }

  /** It is known now what is to be handed over, or that nothing is. */
  settle(turn: Turn, message: Message | null): void {
    turn.message = message;
    turn.isSettled = true;
    const queue = this.queues.get(turn.uid)!;
    while (queue.length > 0 && queue[0].isSettled) this.handOver(queue.shift()!);
    if (queue.length === 0) this.queues.delete(turn.uid);
  }

  /** Hands the message over after those before it; answers false if there are none. */
  defer(uid: string, message: Message, except: Except | undefined): boolean {
    const queue = this.queues.get(uid);
    if (queue === undefined) return false;
    queue.push({ uid, except, message, isSettled: true });
    return true;
  }

  private handOver({ uid, message, except }: Turn): void {
    if (message !== null) this.node.deliver({ kind: 'uid', uid }, message, except);
  }
}
