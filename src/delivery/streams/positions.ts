import { Logger } from '@nestjs/common';
import type { Except } from '../../engine/target.js';
import type { History, Page } from '../../history/history.js';
import { CloseCode } from '../../protocol/codes.js';
import type { StreamPosition } from '../../protocol/frames.js';
import type { Message } from '../../protocol/message.js';
import type { Connection } from '../../registry/connection.js';
import type { RetainedInbox } from '../../registry/retained-inbox.js';
import type { HandOver } from './hand-over.js';
import { UidStream, type Arrival } from './uid-stream.js';

/**
 * Milliseconds for a message that is missing: two senders' messages may come in another order
 * than that of their places.
 */
const PATIENCE = 20;

/** Messages that are read at once. */
const PAGE = 100;

const LOST = { code: CloseCode.MESSAGES_LOST, reason: 'messages were lost; recover' };

/**
 * Where this node stands in the streams of the uids that are here. Messages go out in the order
 * of their places: one that came before is dropped, and one that comes too early waits until those
 * before it are here, or are read from the history.
 */
export class Positions implements RetainedInbox {
  private readonly logger = new Logger('PushModule');
  private readonly streams = new Map<string, UidStream>();
  private readonly behind = new Set<UidStream>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly history: History,
    private readonly out: Pick<HandOver, 'hand' | 'tell' | 'begunAnew' | 'sendBack'>,
    /** Told that what is known of the stream may be wrong. */
    private readonly onDoubt: (stream: UidStream) => void,
  ) {}

  stop(): void {
    clearTimeout(this.timer);
  }

  /** The stream of a uid that is here, or is about to be. */
  of(uid: string): UidStream {
    let stream = this.streams.get(uid);
    if (stream === undefined) this.streams.set(uid, (stream = new UidStream(uid)));
    return stream;
  }

  find(uid: string): UidStream | undefined {
    return this.streams.get(uid);
  }

  get count(): number {
    return this.streams.size;
  }

  /** All of them; those that come while this is being read come in it as well. */
  all(): IterableIterator<UidStream> {
    return this.streams.values();
  }

  /** Whether it is still that of the uid, which is still here. */
  isHere(stream: UidStream): boolean {
    return this.streams.get(stream.uid) === stream;
  }

  forget(uid: string): void {
    this.streams.delete(uid);
  }

  receive(uid: string, message: Message, except: Except | undefined): void {
    const stream = this.of(uid);
    const { epoch, offset } = message.position!;
    const arrival = { message, except };
    if (message.notice !== undefined) {
      stream.settle({ epoch, offset });
      this.out.tell(stream, arrival);
    } else if (stream.epoch === undefined) {
      stream.keep(arrival);
    } else if (epoch !== stream.epoch) {
      this.onDoubt(stream);
    } else if (offset === stream.offset + 1) {
      this.hand(stream, arrival);
      this.proceed(stream);
    } else if (offset > stream.offset) {
      stream.keep(arrival);
      this.awaitMissing(stream);
    }
  }

  /**
   * What the history has said of the stream's end.
   *
   * @param asking the connection for which it was asked, which is told itself
   */
  compare(stream: UidStream, top: StreamPosition, asking?: Connection): void {
    if (!this.isHere(stream)) return;
    if (stream.epoch === undefined) {
      stream.begin(top);
    } else if (stream.epoch !== top.epoch) {
      this.beginAnew(stream, top, asking);
    } else {
      stream.expect(top.offset);
    }
    this.proceed(stream);
  }

  /** Hands over what waited for its turn, and sees to what is missing. */
  private proceed(stream: UidStream): void {
    for (let next = stream.next(); next !== undefined; next = stream.next()) {
      this.hand(stream, next);
    }
    if (stream.isBehind) this.awaitMissing(stream);
  }

  /**
   * Those who have seen nothing of the old stream can go on where they are, from the beginning of
   * the new one. For the others, offsets would mean something else.
   */
  private beginAnew(stream: UidStream, top: StreamPosition, asking?: Connection): void {
    if (stream.offset === 0) {
      const beginning = { epoch: top.epoch, offset: 0 };
      stream.begin(beginning);
      stream.expect(top.offset);
      this.out.begunAnew(stream, beginning, asking);
    } else {
      stream.begin(top);
      this.out.sendBack(stream, LOST, asking);
    }
  }

  private hand(stream: UidStream, arrival: Arrival): void {
    const { offset } = arrival.message.position!;
    const isSettled = stream.isSettled(offset);
    stream.passTo(offset);
    if (!isSettled) this.out.hand(stream, arrival);
  }

  private awaitMissing(stream: UidStream): void {
    this.behind.add(stream);
    this.timer ??= setTimeout(() => this.readMissing(), PATIENCE);
  }

  private readMissing(): void {
    this.timer = undefined;
    for (const stream of this.behind) void this.readFor(stream);
    this.behind.clear();
  }

  private async readFor(stream: UidStream): Promise<void> {
    if (stream.isReading) return;
    stream.isReading = true;
    try {
      while (this.isHere(stream) && stream.isBehind) {
        const page = await this.history.read(stream.uid, stream.position!, PAGE);
        if (!this.isHere(stream)) return;
        if (page.ok) {
          if (!this.take(stream, page)) return this.onDoubt(stream);
        } else {
          return page.reason === 'trimmed' ? this.lose(stream, page.top) : this.onDoubt(stream);
        }
      }
    } catch {
      // The history is away. The next check finds it again.
    } finally {
      stream.isReading = false;
    }
  }

  /** Answers whether that brought this node forward. */
  private take(stream: UidStream, { top, messages, through }: Page): boolean {
    if (top.epoch !== stream.epoch) return false;
    const before = stream.offset;
    for (const kept of messages) {
      if (kept.message.position!.offset > stream.offset) this.hand(stream, kept);
    }
    stream.passTo(through);
    this.proceed(stream);
    return stream.offset > before;
  }

  /** What is missing is gone. */
  private lose(stream: UidStream, top: StreamPosition): void {
    this.logger.warn('Messages of a uid that is here were lost before they could be delivered.');
    stream.begin(top);
    this.out.sendBack(stream, LOST);
  }
}
