import type { History, Kept, Page } from '../history/history.js';
import { CloseCode } from '../protocol/codes.js';
import { isPromise, type MaybePromise } from '../protocol/maybe-promise.js';
import type { Message } from '../protocol/message.js';
import type { Connection } from '../registry/connection.js';
import { OutboundFrame } from '../registry/transport.js';
import type { Catchup } from './streams/catchup.js';
import type { Streams } from './streams/streams.js';
import type { UidStream } from './streams/uid-stream.js';

/** Messages in a page of what was missed: more are not in memory at once. */
export const PAGE = 100;

/** Characters after which it is seen whether the socket has room for more. */
const CHUNK = 16_384;

/** A socket for which what others send waits. */
export interface ReplaySocket {
  /** Sends past what waits; answers when there is room for more, or the socket has gone. */
  writeAll(frames: readonly OutboundFrame[]): MaybePromise<void>;
  /** So many bytes of what it missed are in memory until it reads: they count as what waits. */
  reserve(bytes: number): void;
  /** Nothing waits any more; messages up to this offset have been sent. */
  release(offset: number): void;
  shut(code: number, reason: string): void;
}

/** Who gets what it missed. */
export interface Receiver {
  readonly connection: Connection;
  readonly stream: UidStream;
  readonly catchup: Catchup;
}

/**
 * What a connection missed, on its way to it: page by page, as fast as the connection reads. It
 * ends where the stream ended when it began: what has come since waits in the socket.
 */
export class Replay {
  constructor(
    private readonly history: History,
    private readonly streams: Pick<Streams, 'notes' | 'reports' | 'signals'>,
    private readonly receiver: Receiver,
    private readonly first: Page,
  ) {}

  /** Never rejects. */
  async run(socket: ReplaySocket): Promise<void> {
    try {
      if (await this.sendAll(socket)) this.end(socket);
      else if (!this.isOver) socket.shut(CloseCode.MESSAGES_LOST, 'messages were lost; recover');
    } catch {
      // The history is away. Half of what was missed is nothing: the client asks again.
      socket.shut(CloseCode.MESSAGES_LOST, 'messages are out of reach; recover');
    }
  }

  /** Answers whether the connection has got everything. */
  private async sendAll(socket: ReplaySocket): Promise<boolean> {
    const { offset: end, epoch } = this.first.top;
    for (let page = this.first; ;) {
      let left = lengthOf(page.messages);
      for (const chunk of chunksOf(page.messages)) {
        const sent = this.send(socket, chunk);
        left -= lengthOf(chunk);
        if (isPromise(sent)) {
          socket.reserve(left);
          await sent;
        }
        if (this.isOver) return false;
      }
      this.receiver.catchup.after = page.through;
      if (page.through >= end) return true;
      const position = { epoch, offset: page.through };
      const next = await this.history.read(this.receiver.stream.uid, position, PAGE);
      if (this.isOver || !next.ok || next.through === page.through) return false;
      page = next;
    }
  }

  private send(socket: ReplaySocket, chunk: readonly Kept[]): MaybePromise<void> {
    const { connection, stream } = this.receiver;
    const wanted = chunk.filter(({ except }) => except?.has(connection.connectionId) !== true);
    const frames = wanted.map(({ message }) => frameOf(message, connection));
    const sent = socket.writeAll(frames);
    this.streams.signals.replayed += frames.length;
    for (const kept of wanted) {
      this.streams.notes.add(connection, kept.message.position!);
      this.streams.reports.replayed(stream, kept, connection);
    }
    return sent;
  }

  private end(socket: ReplaySocket): void {
    const { connection, stream, catchup } = this.receiver;
    const { epoch } = this.first.top;
    socket.release(catchup.after);
    for (const offset of catchup.end()) {
      this.streams.notes.add(connection, { epoch, offset });
      this.streams.reports.written(stream, offset, connection);
    }
    stream.tidyCatchups();
  }

  private get isOver(): boolean {
    return this.receiver.connection.isGone;
  }
}

function frameOf(message: Message, { codec }: Connection): OutboundFrame {
  return new OutboundFrame(codec.encodeMessage(message)!);
}

function lengthOf(messages: readonly Kept[]): number {
  return messages.reduce((sum, { message }) => sum + message.json.length, 0);
}

function* chunksOf(messages: readonly Kept[]): Iterable<Kept[]> {
  let chunk: Kept[] = [];
  let length = 0;
  for (const kept of messages) {
    chunk.push(kept);
    length += kept.message.json.length;
    if (length < CHUNK) continue;
    yield chunk;
    chunk = [];
    length = 0;
  }
  if (chunk.length > 0) yield chunk;
}
