import type { Connection } from '../../registry/connection.js';
import { OutboundFrame } from '../../registry/transport.js';

/** The text of the frame that answers another; undefined when that is not answered. */
export type Reply = string | undefined;

interface Place {
  arrived: boolean;
  reply: Reply;
}

/** Whom the replies are for. */
export interface Replied {
  readonly connection: Connection;
  /** What it awaits; null when that is nothing. */
  replies: Replies | null;
}

/**
 * Replies to one connection while some are awaited: they go out in the order of the frames that
 * they answer, whichever comes first.
 */
export class Replies {
  private readonly places: Place[] = [];
  /** Whoever goes on when fewer than so many are awaited; there is one at a time. */
  private waiting: { readonly below: number; readonly resolve: () => void } | undefined;

  constructor(private readonly source: Replied) {}

  /** Replies whose turn has not come. */
  get count(): number {
    return this.places.length;
  }

  /** Its turn comes after that of all others. */
  add(reply: Reply): void {
    this.places.push({ arrived: true, reply });
  }

  /** The same for a reply that comes later; the promise never rejects. */
  await(reply: Promise<Reply>): void {
    const place: Place = { arrived: false, reply: undefined };
    this.places.push(place);
    void reply.then((text) => {
      place.arrived = true;
      place.reply = text;
      this.sendArrived();
    });
  }

  /** Resolves when fewer than so many replies are awaited. */
  fewerThan(below: number): Promise<void> {
    return new Promise((resolve) => (this.waiting = { below, resolve }));
  }

  private sendArrived(): void {
    const { places, source, waiting } = this;
    const next = places.findIndex(({ arrived }) => !arrived);
    for (const { reply } of places.splice(0, next < 0 ? places.length : next)) {
      sendReply(source.connection, reply);
    }
    if (places.length === 0) source.replies = null;
    if (waiting === undefined || places.length >= waiting.below) return;
    this.waiting = undefined;
    waiting.resolve();
  }
}

export function sendReply(connection: Connection, reply: Reply): void {
  if (reply !== undefined) connection.answer(new OutboundFrame(reply));
}
