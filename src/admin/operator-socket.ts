import { Logger } from '@nestjs/common';
import type { RawData, WebSocket } from 'ws';
import { CloseCode, ErrorCode } from '../protocol/codes.js';
import type { ErrorData, FirstFrame, FrameId } from '../protocol/frames.js';
import { JsonCodec } from '../protocol/json.codec.js';
import { FrameException, PushException } from '../protocol/push.exception.js';
import type { Drainable } from '../gateway/socket/drain.js';
import { refuse, type Refusable } from '../gateway/socket/refusal.js';
import { reportOf } from '../routing/frames/error-data.js';

/** Milliseconds for the first frame. */
const AUTH_TIMEOUT = 5_000;
/** Frames of one operator that wait for their turn; beyond it is not read from. */
const MAX_PENDING = 32;
/** Frames in a row that are none, after which it is closed. */
const MAX_BAD_FRAMES = 32;
/** Bytes that may wait for one who reads too slowly. */
const MAX_BUFFERED = 4_194_304;

const codec = new JsonCodec();
const logger = new Logger('PushAdminModule');

/** What an operator's socket needs of the server that accepted it. */
export interface OperatorHost {
  /** Milliseconds after which it has to show a ticket again. */
  readonly sessionTime: number;
  redeem(ticket: string): Promise<boolean>;
  run(event: string, data: unknown, address: string): Promise<unknown>;
  /** It is in from now on. */
  entered(operator: OperatorSocket): void;
  /** It has gone; called once. */
  left(operator: OperatorSocket): void;
}

/**
 * An operator's socket on a path of the view's own: it speaks `push.v1.json` as users' sockets do,
 * and is none of them. It has no uid, counts nowhere, and no message reaches it but the view's.
 */
export class OperatorSocket implements Drainable, Refusable {
  private isIn = false;
  private pending = 0;
  private badFrames = 0;
  /** The frame before: they are answered in the order in which they came. */
  private turn = Promise.resolve();
  private alive = true;
  private deadline: NodeJS.Timeout;

  constructor(
    private readonly socket: WebSocket,
    /** Of the operator. */
    private readonly address: string,
    private readonly host: OperatorHost,
  ) {
    const late = new PushException(ErrorCode.AUTH_TIMEOUT, 'No ticket came in time.');
    this.deadline = this.closesIn(AUTH_TIMEOUT, CloseCode.AUTH_TIMEOUT, late);
    socket.on('message', (data: RawData, isBinary: boolean) => this.heard(data, isBinary));
    socket.on('pong', () => (this.alive = true));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(this.deadline);
      this.host.left(this);
    });
  }

  /** Sends a frame, unless so much waits that the operator cannot be reading. */
  send(frame: string): void {
    if (this.socket.bufferedAmount > MAX_BUFFERED) return this.socket.terminate();
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(frame);
  }

  /** Ends one that gave no sign of life since the last call. */
  probe(): void {
    if (!this.alive) return this.socket.terminate();
    this.alive = false;
    if (this.socket.readyState === this.socket.OPEN) this.socket.ping();
  }

  sendError(error: ErrorData, id?: FrameId): void {
    this.send(codec.encodeError(error, id));
  }

  shut(code: number, reason: string): void {
    clearTimeout(this.deadline);
    // Its answer to the close is read, too.
    this.socket.resume();
    this.socket.close(code, reason);
  }

  terminate(): void {
    this.socket.terminate();
  }

  once(event: 'close', listener: () => void): void {
    this.socket.once(event, listener);
  }

  get readyState(): number {
    return this.socket.readyState;
  }

  get CLOSED(): number {
    return this.socket.CLOSED;
  }

  private heard(data: RawData, isBinary: boolean): void {
    this.alive = true;
    // Buffers are what this kind of server gets.
    const text = (data as Buffer).toString();
    if (++this.pending === MAX_PENDING) this.socket.pause();
    this.turn = this.turn
      .then(() => this.handle(text, isBinary))
      .catch((error: unknown) => this.failed(error))
      .then(() => this.answered());
  }

  private answered(): void {
    if (this.pending-- === MAX_PENDING) this.socket.resume();
  }

  /** @throws PushException that the operator is told, with the id of the frame where it has one */
  private async handle(text: string, isBinary: boolean): Promise<void> {
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (isBinary) throw new PushException(ErrorCode.BAD_FRAME, 'Send text frames only.');
    if (!this.isIn) return this.enter(codec.decodeFirst(text));
    const { event, data, id } = codec.decode(text);
    this.badFrames = 0;
    if (event === 'auth') return this.enter(codec.decodeFirst(text));
    if (event === 'ping') return this.send(codec.encodeReply('pong', undefined, id));
    try {
      this.send(codec.encodeReply(event, await this.host.run(event, data, this.address), id));
    } catch (error) {
      this.tell(error, id);
    }
  }

  /** The same frame lets it in, and lets it stay. */
  private async enter({ credential, id }: FirstFrame): Promise<void> {
    const { ticket } = credential as { ticket?: unknown };
    if (typeof ticket !== 'string' || !(await this.host.redeem(ticket))) {
      const sentence = 'The ticket is not good; fetch another one.';
      throw new FrameException(ErrorCode.AUTH_FAILED, sentence, id);
    }
    if (this.socket.readyState !== this.socket.OPEN) return;
    clearTimeout(this.deadline);
    const { sessionTime } = this.host;
    const over = new PushException(ErrorCode.AUTH_EXPIRED, 'Show another ticket to stay.');
    this.deadline = this.closesIn(sessionTime, CloseCode.UNAUTHORIZED, over);
    this.send(codec.encodeWelcome('operator', 'operator', id));
    if (this.isIn) return;
    this.isIn = true;
    this.host.entered(this);
  }

  /** A frame that is none, or a credential that is not good. */
  private failed(error: unknown): void {
    const id = error instanceof FrameException ? error.frameId : undefined;
    if (!this.isIn) return refuse(this, authError(error), CloseCode.UNAUTHORIZED, id);
    this.tell(error, id);
    const isBad = error instanceof PushException && error.code === ErrorCode.BAD_FRAME;
    if (isBad && ++this.badFrames >= MAX_BAD_FRAMES) this.shut(CloseCode.BAD_FRAMES, error.code);
  }

  private tell(error: unknown, id: FrameId | undefined): void {
    const { data, fault } = reportOf(error);
    if (fault) logger.error('A frame of an operator was not handled.', (error as Error).stack);
    this.sendError(data, id);
  }

  private closesIn(time: number, code: number, error: PushException): NodeJS.Timeout {
    return setTimeout(() => refuse(this, error, code), time).unref();
  }
}

/** What is no first frame is answered as on the push socket. */
function authError(error: unknown): unknown {
  const isBad = error instanceof PushException && error.code === ErrorCode.BAD_FRAME;
  return isBad ? new PushException(ErrorCode.AUTH_REQUIRED, 'Show a ticket first.') : error;
}
