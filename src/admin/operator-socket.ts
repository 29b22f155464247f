import { Logger } from '@nestjs/common';
import type { RawData, WebSocket } from 'ws';
import { CloseCode, ErrorCode } from '../protocol/codes.js';
import type { FirstFrame, FrameId } from '../protocol/frames.js';
import { JsonCodec } from '../protocol/json.codec.js';
import { FrameException, PushException } from '../protocol/push.exception.js';
import type { Drainable } from '../gateway/socket/drain.js';
import { reportOf } from '../routing/frames/error-data.js';

/** Milliseconds for the first frame. */
const AUTH_TIMEOUT = 5_000;
/** Frames of one operator that are answered at the same time. */
const MAX_PENDING = 32;
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
export class OperatorSocket implements Drainable {
  private isIn = false;
  private pending = 0;
  private alive = true;
  private deadline: NodeJS.Timeout;

  constructor(
    private readonly socket: WebSocket,
    /** Of the operator. */
    private readonly address: string,
    private readonly host: OperatorHost,
  ) {
    this.deadline = this.closesIn(AUTH_TIMEOUT, CloseCode.AUTH_TIMEOUT, ErrorCode.AUTH_TIMEOUT);
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

  shut(code: number, reason: string): void {
    clearTimeout(this.deadline);
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
    void this.handle(text, isBinary).catch((error: unknown) => this.refuse(error));
  }

  /** @throws PushException that the operator is told, with the id of the frame where it has one */
  private async handle(text: string, isBinary: boolean): Promise<void> {
    if (isBinary) throw new PushException(ErrorCode.BAD_FRAME, 'Send text frames only.');
    if (!this.isIn) return this.enter(codec.decodeFirst(text));
    const { event, data, id } = codec.decode(text);
    if (event === 'auth') return this.enter(codec.decodeFirst(text));
    if (event === 'ping') return this.send(codec.encodeReply('pong', undefined, id));
    if (this.pending >= MAX_PENDING) throw tooMany(id);
    this.pending++;
    try {
      this.send(codec.encodeReply(event, await this.host.run(event, data, this.address), id));
    } catch (error) {
      this.fail(error, id);
    } finally {
      this.pending--;
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
    this.deadline = this.closesIn(sessionTime, CloseCode.UNAUTHORIZED, ErrorCode.AUTH_EXPIRED);
    this.send(codec.encodeWelcome('operator', 'operator', id));
    if (this.isIn) return;
    this.isIn = true;
    this.host.entered(this);
  }

  private refuse(error: unknown): void {
    this.fail(error, error instanceof FrameException ? error.frameId : undefined);
    if (!this.isIn) this.shut(CloseCode.UNAUTHORIZED, ErrorCode.AUTH_FAILED);
  }

  private fail(error: unknown, id: FrameId | undefined): void {
    const { data, fault } = reportOf(error);
    if (fault) logger.error('A frame of an operator was not handled.', (error as Error).stack);
    this.send(codec.encodeError(data, id));
  }

  private closesIn(time: number, code: number, reason: string): NodeJS.Timeout {
    return setTimeout(() => this.shut(code, reason), time).unref();
  }
}

function tooMany(id: FrameId | undefined): FrameException {
  return new FrameException(ErrorCode.RATE_LIMITED, 'Too much waits for an answer.', id);
}
