import type { MessageData, Recover, StreamData } from '../../protocol/frames.js';

interface Kept {
  readonly offset: number;
  readonly text: string;
}

/** What a member that comes later is told of the stream, and the messages that it missed. */
export interface Catchup {
  readonly stream: StreamData;
  readonly missed: readonly string[];
}

/** The last retained messages of the connection, for members that join it later. */
export class Backlog {
  private epoch: string | undefined;
  /** The newest offset that was received. */
  private seen = 0;
  /** Every message after this offset, up to `seen`, is kept. */
  private since = 0;
  private kept: Kept[] = [];
  private acked = 0;

  constructor(
    /** Messages that are kept. */
    private readonly max: number,
  ) {}

  /** The connection has begun, with what its first member asked for. */
  begin({ epoch, offset, recovered }: StreamData, asked: Recover | undefined): void {
    const goesOn =
      recovered === true &&
      epoch === this.epoch &&
      typeof asked === 'object' &&
      asked.offset <= this.seen;
    if (goesOn) return;
    this.epoch = epoch;
    this.kept = [];
    this.acked = 0;
    this.seen = this.since =
      recovered === true && typeof asked === 'object' ? asked.offset : offset;
    // Nobody knows yet where the missed messages begin: the first of them says it.
    if (recovered === true && asked === 'unread') this.since = Infinity;
  }

  /** The server has lost the stream, and goes on with another one. */
  beginAnew(stream: StreamData): void {
    if (stream.epoch !== this.epoch) this.begin(stream, undefined);
  }

  add({ offset }: MessageData, text: string): void {
    if (offset === undefined) return;
    const isFirst = this.since === Infinity;
    if (isFirst) this.since = offset - 1;
    else if (offset <= this.seen) return;
    this.seen = offset;
    this.kept.push({ offset, text });
    if (this.kept.length > this.max) this.since = this.kept.shift()!.offset;
  }

  acknowledge(offset: number): void {
    this.acked = Math.max(this.acked, offset);
  }

  /** What a member gets that joins now; undefined where there is no history. */
  catchUp(asked: Recover | undefined): Catchup | undefined {
    const { epoch, seen: offset } = this;
    if (epoch === undefined) return undefined;
    if (asked === undefined) return { stream: { epoch, offset }, missed: [] };
    const from = asked === 'unread' ? { epoch, offset: this.acked } : asked;
    if (from.epoch !== epoch) return this.nothing(epoch, 'epoch');
    const isCovered = asked === 'unread' || from.offset >= Math.min(this.since, offset);
    if (!isCovered) return this.nothing(epoch, 'too-many');
    const missed = this.kept.filter((kept) => kept.offset > from.offset);
    return { stream: { epoch, offset, recovered: true }, missed: missed.map(({ text }) => text) };
  }

  private nothing(epoch: string, reason: 'epoch' | 'too-many'): Catchup {
    return { stream: { epoch, offset: this.seen, recovered: false, reason }, missed: [] };
  }
}
