import { CloseCode } from '../protocol/codes.js';
import type { Message } from '../protocol/message.js';
import type { Connection } from './connection.js';
import type { FanOut } from './fan-out.js';

/** Bytes of memory that a message takes beside its data, about. */
const OVERHEAD = 256;

/** Bounds what waits. */
export interface WaitingRoom {
  /** Bytes that may wait when another message comes. */
  readonly maxBytes: number;
  /** So many wait more, or less. */
  count(bytes: number): void;
}

interface Waiting {
  readonly group: string;
  readonly fanOut: FanOut;
  readonly bytes: number;
  readonly place: number;
}

/**
 * Messages to groups that come while connections are being placed. Which groups those are in is
 * known when they are in: then each gets what came for its groups, in its place among what waits
 * for it already. Whoever must do without, because it was too much, is let go of.
 */
export class Undecided {
  /** The place of the latest message: they are numbered. */
  latest = 0;
  /** Connections that are being placed, the oldest first, and the latest message before each. */
  private readonly placing = new Map<Connection, number>();
  private readonly waiting: Waiting[] = [];
  private bytes = 0;
  /** The latest message that was thrown away. */
  private lost = 0;

  constructor(private readonly room: WaitingRoom) {}

  begin(connection: Connection): void {
    this.placing.set(connection, this.latest);
  }

  /** To be told before the members of the group get it. */
  add(group: string, fanOut: FanOut, message: Message): void {
    if (this.placing.size === 0) return;
    if (this.bytes > this.room.maxBytes) this.lose();
    const bytes = message.json.length + OVERHEAD;
    this.waiting.push({ group, fanOut, bytes, place: ++this.latest });
    this.bytes += bytes;
    this.room.count(bytes);
  }

  /** It has been placed: it is in its groups. Answers how many messages it got. */
  decide(connection: Connection): number {
    const since = this.placing.get(connection);
    const { groups, transport } = connection;
    let count = 0;
    if (since !== undefined && groups !== null) {
      if (since < this.lost) transport.shut(CloseCode.SLOW_CONSUMER, 'too much came for it');
      for (const { group, fanOut, place } of this.waiting) {
        if (place > since && groups.has(group) && fanOut.lateTo(connection, place)) count++;
      }
    }
    this.end(connection);
    return count;
  }

  /** It is not being placed any more. */
  end(connection: Connection): void {
    if (!this.placing.delete(connection)) return;
    const [oldest = this.latest] = this.placing.values();
    const next = this.waiting.findIndex(({ place }) => place > oldest);
    this.drop(next < 0 ? this.waiting.length : next);
  }

  private lose(): void {
    this.lost = this.latest;
    this.drop(this.waiting.length);
  }

  private drop(count: number): void {
    let bytes = 0;
    for (const one of this.waiting.splice(0, count)) bytes += one.bytes;
    this.bytes -= bytes;
    this.room.count(-bytes);
  }
}
