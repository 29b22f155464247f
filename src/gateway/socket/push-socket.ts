import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Codec } from '../../protocol/codec.js';
import { CloseCode } from '../../protocol/codes.js';
import type { ErrorData, FrameId } from '../../protocol/frames.js';
import type { MaybePromise } from '../../protocol/maybe-promise.js';
import type { Connection } from '../../registry/connection.js';
import { OutboundFrame, type Abortable, type Transport } from '../../registry/transport.js';
import type { NestCallback } from '../../routing/frames/frame-handler.js';
import type { Replies } from '../../routing/frames/replies.js';
import { readDirectly, readOn, type DirectlyRead } from '../wire/direct-reader.js';
import { inflateInTurn, inflateOn } from '../wire/inflation.js';
import { framed, payloadOf } from '../wire/wire-frame.js';
import { writeFrames, writeQueueOf } from '../wire/write.js';
import { flushSoon } from '../wire/write-batch.js';
import { internalsOf, isSenderIdle, type DataListener } from '../wire/ws-internals.js';
import type { Backlog } from './backlog.js';
import type { RawFrame, Waiting } from './frame-queue.js';
import { HeldFrames } from './held-frames.js';
import { Phase } from './phase.js';
import { shutSlow, SlowReader, type SlowSocket } from './slow-reader.js';
import { listenToWs, type WsListener } from './ws-events.js';

/** What stands for a close frame without a code; never sent (RFC 6455, section 7.1.5). */
const NO_STATUS = 1005;

/** Frames that wait for the end of a turn at most, and bytes from which one does not wait. */
const MAX_BATCH = 64;
const LARGE = 16_384;

type Listening = Parameters<WebSocket['on']>;

/** What a socket needs of the server that accepted it. */
export interface SocketHost {
  /** Bytes of one frame. */
  readonly maxPayload: number;
  /** What waits for those of its sockets that read slowly. */
  readonly backlog: Backlog;
  /** Messages of which it is not known yet whether they are for a socket that is being let in. */
  readonly undecided: { readonly latest: number };
  receive(socket: PushSocket, frame: RawFrame): void;
  /** So many bytes more, or less, of the socket wait. */
  count(socket: PushSocket, bytes: number): void;
  /** Calls `task` when every frame that has come until now was handled. */
  inTurn(socket: PushSocket, task: (socket: PushSocket) => void): void;
  /** The socket's first message has come. */
  entering(socket: PushSocket): void;
  /** The socket has been let in. */
  opened(socket: PushSocket, request: IncomingMessage | null, expiresAt?: number): void;
  /** The socket's identity ends at another time. */
  renewed(socket: PushSocket, expiresAt?: number): void;
  /** The socket no longer counts as a connection; called once. */
  left(socket: PushSocket, code: number, reason: string): void;
}

/**
 * A `ws` socket with the state of its session. Fields of one class instead of closures and
 * listeners per socket: that is what a hundred thousand of them are paid for with. Each of those
 * who deal with it declares what it sees of it (`Queued`, `Timed`, `Candidate`, `DirectlyRead`,
 * `Transport`, `FrameSource`), and writes only what stands there as its to write.
 */
export class PushSocket
  extends WebSocket
  implements Transport, DirectlyRead, SlowSocket, WsListener
{
  // Those that every message needs come first, side by side: with a hundred thousand sockets
  // each line of memory that a message touches has to be fetched from far away.
  private reached: Phase = Phase.Fresh;
  /** Where plain frames go past ws's public API; null where only that may be used. */
  private tcp: Socket | null = null;
  /** Whether the closing handshake has begun: nothing is sent or read any more. */
  private closing = false;
  /** Whether something went out by ws after which its sender was not seen idle yet. */
  private wsSends = false;
  /** Frames that leave at the end of this turn of the event loop. */
  private outgoing: OutboundFrame | OutboundFrame[] | null = null;
  /** What waits until the system takes more; null while it takes all. */
  private slow: SlowReader | null = null;
  /** Whether ws was given something to read after which its receiver was not seen idle yet. */
  wsReads = false;
  /** Whether the application listens for messages itself. */
  private hasOwnListeners = false;
  /** Whether anything was heard since the last heartbeat. */
  alive = true;
  /** Whether messages of others wait: it is being let in, or gets what it missed. */
  private holds = false;
  /** Whether a frame is being handled; those that come meanwhile wait in `pending`. */
  busy = false;
  /** What all sockets of a server share. */
  private host!: SocketHost;
  connection: Connection | null = null;

  isFull = false;
  streak = 0;
  pending: Waiting<PushSocket>[] | null = null;
  /** What was read, and is looked at when what waits has been handled. */
  private unread: Buffer | null = null;
  waitingBytes = 0;
  strangerBytes = 0;
  /** Those that ws may have to keep, of a socket that is not in yet. */
  private wsBytes = 0;
  /** Answers to its sends that are under way. */
  replies: Replies | null = null;
  /** Frames in a row that were not of the protocol. */
  badFrames = 0;
  /** Known after the handshake, or with the first frame. */
  codec: Codec | undefined = undefined;
  address = '';
  /** Kept until authentication has ended, for the authenticator. */
  request: IncomingMessage | null = null;
  /** What others sent to this uid meanwhile. */
  private held: HeldFrames | null = null;

  /** Milliseconds since the epoch; 0 when the identity does not expire. */
  expiresAt = 0;
  /** Slot of the timing wheel. */
  deadline = 0;

  /** Handlers of the application's gateways; bound when the first of its events comes. */
  nestCallbacks: Map<string, NestCallback> | null = null;

  /** What is done for it that is not worth doing any more when it has closed. */
  private underWay: Abortable | null = null;

  /** Begins its session. */
  begin(
    host: SocketHost,
    request: IncomingMessage,
    address: string,
    codec: Codec | undefined,
  ): void {
    this.host = host;
    this.request = request;
    this.address = address;
    this.codec = codec;
    listenToWs(this);
  }

  get maxPayload(): number {
    return this.host.maxPayload;
  }

  get phase(): Phase {
    return this.reached;
  }

  /** Whether it has not been let in yet. */
  get isStranger(): boolean {
    return this.reached < Phase.Open;
  }

  get isClosed(): boolean {
    return this.reached === Phase.Closed;
  }

  /** Its first message has come and is being looked at. */
  enter(): void {
    if (!this.advance(Phase.Authenticating)) return;
    this.holds = true;
    this.host.entering(this);
  }

  /** From here on a close lets go of the connection, whoever is waited for. */
  attached(connection: Connection): void {
    this.connection = connection;
  }

  /**
   * It is in, and is told so before anything else. The connection's messages go out from now on,
   * or when it has got what it missed: then `release` says when that is.
   */
  open(welcome: OutboundFrame, expiresAt?: number, missesMessages = false): void {
    const { request } = this;
    if (!this.advance(Phase.Open)) return;
    this.request = null;
    this.write(welcome);
    if (!missesMessages) this.release(0);
    if (this.isOpen()) this.host.opened(this, request, expiresAt);
  }

  release(offset: number): void {
    const { held } = this;
    this.holds = false;
    this.held = null;
    if (held === null) return;
    for (const frame of held.after(offset)) this.write(frame);
    held.discard();
  }

  expireAt(time: number | undefined): void {
    if (this.isOpen()) this.host.renewed(this, time);
  }

  abortOnClose(work: Abortable | null): void {
    this.underWay = work;
    if (this.isClosed) work?.abort();
  }

  inTurn(task: (socket: PushSocket) => void): void {
    this.host.inTurn(this, task);
  }

  deliver(frame: OutboundFrame): void {
    if (this.holds) this.roomToHold()?.add(frame, this.host.undecided.latest);
    else this.write(frame);
  }

  deliverLate(frame: OutboundFrame, place: number): void {
    this.roomToHold()?.insert(frame, place);
  }

  write(frame: OutboundFrame): void {
    if (this.closing) return;
    if (this.slow !== null) {
      this.slow.add(frame);
    } else if (this.tcp !== null && this.isWsSilent()) {
      this.queue(frame);
    } else if (this.readyState === WebSocket.OPEN) {
      this.flush();
      if (this.bufferedAmount > 0) this.fallBehind(frame);
      else this.sendByWs(frame);
    }
  }

  writeAll(frames: readonly OutboundFrame[]): MaybePromise<void> {
    for (const frame of frames) this.write(frame);
    this.flush();
    return this.slow?.whenOver();
  }

  /** Writes frames; calls back when the system has taken them, unless the socket has ended. */
  writeTogether(frames: readonly OutboundFrame[], taken?: () => void): void {
    if (this.tcp !== null && this.isWsSilent()) return writeFrames(this.tcp, frames, taken);
    const last = frames.length - 1;
    frames.forEach((frame, i) => this.sendByWs(frame, i === last ? taken : undefined));
  }

  reserve(bytes: number): void {
    if (!this.isClosed) this.heldFrames.reserve(bytes);
  }

  get heldBytes(): number {
    return this.held === null ? 0 : this.held.bytes + this.held.reserved;
  }

  get writeQueueSize(): number | undefined {
    return writeQueueOf(internalsOf(this)._socket);
  }

  caughtUp(): void {
    this.slow = null;
  }

  shut(code: number, reason: string): void {
    this.close(code, reason);
    // Though the client has closed as well: from here on nothing of it has an effect.
    this.finish(code, reason);
  }

  sendError(error: ErrorData, id?: FrameId): void {
    const frame = this.codec?.encodeError(error, id);
    if (frame !== undefined && this.readyState === WebSocket.OPEN) this.send(frame);
  }

  /** The text of a frame that was read past ws. */
  take(text: string): boolean {
    this.heard(text);
    return !this.isFull && this.readsDirectly();
  }

  keep(unread: Buffer): void {
    // The peer has shown that it is there, whatever it says.
    this.alive = true;
    this.unread = this.unread === null ? unread : Buffer.concat([this.unread, unread]);
    this.host.count(this, unread.length);
  }

  readOn(): void {
    const { unread } = this;
    if (unread === null) return inflateOn(this);
    this.unread = null;
    this.host.count(this, -unread.length);
    readOn(this, unread);
  }

  leftToWs(bytes: number): void {
    if (!this.isStranger) return;
    const change = bytes === 0 ? -this.wsBytes : bytes;
    this.wsBytes += change;
    this.host.count(this, change);
  }

  heard(frame: RawFrame): void {
    this.alive = true;
    this.host.receive(this, frame);
  }

  ponged(): void {
    this.alive = true;
  }

  broke(): void {
    this.finish(CloseCode.ABNORMAL, 'a breach of the WebSocket protocol');
  }

  ended(code: number, reason: string): void {
    this.finish(code, reason);
  }

  /** A listener that the application has added must hear of messages as well, from ws. */
  readsDirectly(): boolean {
    return !this.closing && !this.hasOwnListeners;
  }

  override on(...args: Listening): this {
    this.note(args);
    return super.on(...args);
  }

  override addListener(...args: Listening): this {
    this.note(args);
    return super.addListener(...args);
  }

  override prependListener(...args: Listening): this {
    this.note(args);
    return super.prependListener(...args);
  }

  /** Whatever goes out by ws's public API goes out after what was delivered before it. */
  override send(...args: unknown[]): void {
    this.flushAll();
    this.wsSends = true;
    (super.send as (...sendArgs: unknown[]) => void)(...args);
  }

  /**
   * Everyone's way to close it: ours, the application's, and that of ws, which answers a breach
   * of the protocol here. It answers the client's own close frame here as well; what came before
   * that goes on being handled until the client has gone.
   */
  override close(code?: number, reason?: string | Buffer): void {
    this.flushAll();
    this.closing = true;
    super.close(code, reason);
    if (!internalsOf(this)._closeFrameReceived) {
      this.finish(code ?? NO_STATUS, String(reason ?? ''));
    }
  }

  override terminate(): void {
    super.terminate();
    this.finish(CloseCode.ABNORMAL, 'cut off');
  }

  /** While nothing was read nothing could be heard: silence counts from here. */
  override resume(): void {
    this.alive = true;
    super.resume();
  }

  /**
   * Lets plain frames go past ws in both directions, where this version of it is built as we
   * know it. Where compression is negotiated frames are for ws, which is told when to inflate them.
   */
  goDirect(): void {
    if (this.extensions !== '') return inflateInTurn(this);
    const { _socket: tcp } = internalsOf(this);
    const [toWs] = tcp.listeners('data') as DataListener[];
    this.tcp = tcp;
    readDirectly(tcp, this, toWs);
  }

  flush(): void {
    const { outgoing } = this;
    if (outgoing === null) return;
    this.outgoing = null;
    const tcp = this.tcp!;
    if (tcp.writableLength === 0) writeFrames(tcp, outgoing);
    else this.fallBehind(outgoing);
  }

  private flushAll(): void {
    this.flush();
    this.slow?.writeRest();
  }

  /** The system has not taken what was written before: from here on everything waits its turn. */
  private fallBehind(frames: OutboundFrame | readonly OutboundFrame[]): void {
    if (this.isClosed || this.readyState !== WebSocket.OPEN) return;
    const slow = (this.slow ??= new SlowReader(this, this.host.backlog, this.bufferedAmount));
    if (frames instanceof OutboundFrame) slow.add(frames);
    else for (const frame of frames) slow.add(frame);
  }

  private sendByWs(frame: OutboundFrame, taken?: () => void): void {
    this.wsSends = true;
    super.send(dataOf(frame), { binary: false }, taken);
  }

  private isOpen(): boolean {
    return this.reached === Phase.Open;
  }

  /** The only way to another phase. Whoever comes too late, because it went on before, hears no. */
  private advance(to: Phase): boolean {
    if (to <= this.reached) return false;
    this.reached = to;
    return true;
  }

  /** However it ended: nothing begins any more, and the connection, if there is one, is let go. */
  private finish(code: number, reason: string): void {
    if (!this.advance(Phase.Closed)) return;
    this.pending = null;
    this.held?.drop(code === CloseCode.SLOW_CONSUMER ? 'slow' : 'closed');
    this.held = null;
    this.slow?.end();
    this.slow = null;
    this.request = null;
    this.underWay?.abort();
    this.host.left(this, code, reason);
    if (this.readyState !== WebSocket.CLOSED) this.awaitAnswer();
  }

  /** The peer's answer to the close is to be found, whatever has come before it. */
  private awaitAnswer(): void {
    this.isFull = false;
    this.readOn();
    if (this.isPaused) super.resume();
  }

  /** Notes a listener for messages that the application adds beside ours. */
  private note([event]: Listening): void {
    if (event === 'message') this.hasOwnListeners = this.listenerCount('message') > 0;
  }

  /** With thousands of sockets, what need not be looked at is what costs nothing. */
  private isWsSilent(): boolean {
    if (this.wsSends) this.wsSends = !isSenderIdle(internalsOf(this));
    return !this.wsSends;
  }

  private queue(frame: OutboundFrame): void {
    if (this.outgoing === null) {
      this.outgoing = frame;
      flushSoon(this);
    } else if (Array.isArray(this.outgoing)) {
      // The end of the turn may be far: a loop of awaited sends does not let it come.
      if (this.outgoing.push(frame) === MAX_BATCH) this.flush();
    } else {
      this.outgoing = [this.outgoing, frame];
    }
    if (framed(frame).length >= LARGE) this.flush();
  }

  private get heldFrames(): HeldFrames {
    return (this.held ??= new HeldFrames(this.host.backlog));
  }

  /** Lets go of a client for whom too much is held already. */
  private roomToHold(): HeldFrames | undefined {
    if (this.isClosed) return undefined;
    const held = this.heldFrames;
    if (held.bytes <= this.host.backlog.maxBytes) return held;
    shutSlow(this);
    return undefined;
  }
}

/** For ws: of a large frame the bytes, which all sockets share, and which it does not copy. */
function dataOf(frame: OutboundFrame): string | Buffer {
  if (frame.text.length < LARGE) return frame.text;
  const wire = framed(frame);
  return typeof wire === 'string' ? frame.text : payloadOf(wire);
}
