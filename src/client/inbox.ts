import type { StreamPosition } from '../protocol/frames.js';
import type { Reporter } from './emitter.js';
import { failure, type PushClientError } from './push-client-error.js';

/** A message, as the application gets it. */
export interface ReceivedMessage<Data = unknown> {
  /** Unique in the cluster. Opaque. */
  id: string;
  /** Uid of the client that sent it; absent when the application did. */
  from?: string;
  data: Data;
  /** Its place in the stream of this client's uid; absent when it is not retained. */
  position?: StreamPosition;
}

/** A message, and how many have not finished with it. */
export interface Delivery {
  readonly message: ReceivedMessage;
  left: number;
}

/** Takes a message, and calls `inbox.finish` when it has handled it. */
export type Consumer = (delivery: Delivery) => void;

export type Inbox = ReturnType<typeof newInbox>;

/**
 * Hands messages to those who want them, in order, and knows up to where they are handled. What
 * comes while nobody wants messages waits for the first who does.
 *
 * @param max messages that may wait, here and with each consumer
 * @param handled told that every retained message up to this one has been handled
 */
export function newInbox(
  max: number,
  reporter: Reporter,
  handled: (position: StreamPosition) => void,
) {
  const consumers = new Set<Consumer>();
  let waiting: Delivery[] = [];
  /** Retained messages that are not handled, and those behind them that are. */
  let open: Delivery[] = [];
  let isHeld = false;

  /** Says no more that anything is handled, so that what is dropped now is delivered again. */
  const overflow = (): PushClientError => {
    const error = failure('OVERFLOW', 'Handle messages faster.');
    if (!isHeld) reporter.report(error);
    isHeld = true;
    open = [];
    return error;
  };

  const finish = (delivery: Delivery): void => {
    let last: StreamPosition | undefined;
    delivery.left--;
    while (open.length > 0 && open[0].left <= 0) last = open.shift()!.message.position;
    if (last) handled(last);
  };

  return {
    max,
    overflow,
    finish,

    put(message: ReceivedMessage): void {
      const delivery: Delivery = { message, left: consumers.size || 1 };
      if (message.position && !isHeld) open.push(delivery);
      if (!consumers.size) waiting.push(delivery);
      for (const take of [...consumers]) take(delivery);
      if (open.length > max || waiting.length > max) overflow();
      waiting.length = Math.min(waiting.length, max);
    },

    add(consumer: Consumer): () => void {
      consumers.add(consumer);
      waiting.splice(0).forEach(consumer);
      return () => consumers.delete(consumer);
    },

    /** Takes back what a consumer that leaves has not looked at, for the next one. */
    giveBack(deliveries: readonly Delivery[]): void {
      if (consumers.size) deliveries.forEach(finish);
      else waiting.unshift(...deliveries);
    },

    /** Another device has done with it: whoever has not seen it does not have to. */
    settle(id: string): void {
      waiting = waiting.filter((delivery) => {
        if (delivery.message.id !== id) return true;
        finish(delivery);
        return false;
      });
    },

    /** What waits is not for the user who is here now. */
    clear(): void {
      waiting = [];
    },

    /** The stream began anew: positions of the old one mean nothing now. */
    restart(): void {
      open = [];
      isHeld = false;
    },
  };
}
