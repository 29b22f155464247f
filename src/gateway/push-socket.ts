import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Codec } from '../protocol/codec.js';
import { CloseCode } from '../protocol/codes.js';
import type { FrameId } from '../protocol/frames.js';
import type { Connection } from '../registry/connection.js';
import type { OutboundFrame, Transport } from '../registry/transport.js';
import type { NestCallback } from '../routing/frame-handler.js';

/** How far a socket has come. It only goes forward. */
export const enum Phase {
  /** Waits for its first message. */
  Fresh,
  /** Its first message is being looked at. */
  Authenticating,
  Open,
  /** Closing or closed: nothing is read or sent any more. */
  Closed,
}

/** A message as it came from the socket, waiting for its turn. */
export interface RawFrame {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

/** What a socket needs of the server that accepted it. */
export interface SocketHost {
  /** Bytes that may wait unsent for one client. */
  readonly maxBufferedBytes: number;
  receive(socket: PushSocket, data: Buffer, isBinary: boolean): void;
  /** The socket has been let in. */
  opened(socket: PushSocket, request: IncomingMessage): void;
  /** The socket no longer counts as a connection; called at least once. */
  left(socket: PushSocket, code: number, reason: string): void;
}

/**
 * A `ws` socket with the state of its session. Fields of one class instead of closures and
 * listeners per socket: that is what a hundred thousand of them are paid for with.
 */
export class PushSocket extends WebSocket implements Transport {
  phase: Phase = Phase.Fresh;
  /** Known after the handshake, or with the first frame. */
  codec: Codec | undefined = undefined;
  connection: Connection | null = null;
  address = '';
  /** What all sockets of a server share. */
  host!: SocketHost;
  /** Kept until authentication has ended, for the authenticator. */
  request: IncomingMessage | null = null;
  /** The `id` of the auth frame that is being looked at. */
  authId: FrameId | undefined = undefined;

  /** Whether a frame is being handled; those that come meanwhile wait in `pending`. */
  busy = false;
  pending: RawFrame[] | null = null;

  /** Whether anything was heard since the last heartbeat. */
  alive = true;
  /** Milliseconds since the epoch; 0 when the identity does not expire. */
  expiresAt = 0;
  /** Slot of the timing wheel. */
  deadline = 0;

  /** Handlers of the application's gateways; bound when the first of its events comes. */
  nestCallbacks: Map<string, NestCallback> | null = null;

  /** What others sent to this uid before the answer to its authentication went out. */
  private held: OutboundFrame[] | null = null;

  /** From now on the connection's messages go out, the answer to its authentication first. */
  open(connection: Connection, welcome: OutboundFrame): void {
    this.connection = connection;
    this.request = null;
    this.authId = undefined;
    this.phase = Phase.Open;
    this.deliver(welcome);
    const { held } = this;
    this.held = null;
    if (held !== null) for (const frame of held) this.deliver(frame);
  }

  deliver(frame: OutboundFrame): void {
    if (this.phase === Phase.Authenticating) {
      (this.held ??= []).push(frame);
      return;
    }
    if (this.readyState !== WebSocket.OPEN) return;
    this.send(frame.text);
    if (this.bufferedAmount > this.host.maxBufferedBytes) {
      this.shut(CloseCode.SLOW_CONSUMER, 'reads too slowly');
    }
  }

  shut(code: number, reason: string): void {
    this.phase = Phase.Closed;
    this.pending = null;
    this.close(code, reason);
    this.host.left(this, code, reason);
  }
}
