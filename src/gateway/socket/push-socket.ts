import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Codec } from '../../protocol/codec.js';
import { CloseCode } from '../../protocol/codes.js';
import type { ErrorData, FrameId } from '../../protocol/frames.js';
import type { Connection } from '../../registry/connection.js';
import type { Abortable, OutboundFrame, Transport } from '../../registry/transport.js';
import { internalsOf } from '../wire/ws-internals.js';
import type { Task } from './frame-queue.js';
import { HeldFrames } from './held-frames.js';
import { Phase } from './phase.js';
import { ReadingSocket } from './reading-socket.js';
import { shutSlow } from './slow-reader.js';
import type { SocketHost } from './socket-host.js';
import { listenToWs } from './ws-events.js';

/** What stands for a close frame without a code; never sent (RFC 6455, section 7.1.5). */
const NO_STATUS = 1005;

/**
 * A client's session: how it comes in, what waits for it meanwhile, and how it ends. Each of those
 * who deal with it declares what it sees of it (`Queued`, `Timed`, `Candidate`, `DirectlyRead`,
 * `Transport`, `FrameSource`), and writes only what stands there as its to write.
 */
export class PushSocket extends ReadingSocket implements Transport {
  /** Begins its session. */
  begin(
    host: SocketHost<this>,
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

  inTurn(task: Task<this>): void {
    this.host.inTurn(this, task);
  }

  deliver(frame: OutboundFrame): void {
    if (this.holds) this.roomToHold()?.add(frame, this.host.undecided.latest);
    else this.write(frame);
  }

  deliverLate(frame: OutboundFrame, place: number): void {
    this.roomToHold()?.insert(frame, place);
  }

  reserve(bytes: number): void {
    if (!this.isClosed) this.heldFrames.reserve(bytes);
  }

  get heldBytes(): number {
    return this.held === null ? 0 : this.held.bytes + this.held.reserved;
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

  /** However it ended: nothing begins any more, and the connection, if there is one, is let go. */
  protected finish(code: number, reason: string): void {
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
