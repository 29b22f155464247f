import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Codec } from '../../protocol/codec.js';
import type { Connection } from '../../registry/connection.js';
import type { Abortable, OutboundFrame } from '../../registry/transport.js';
import type { NestCallback } from '../../routing/frames/frame-handler.js';
import type { Replies } from '../../routing/frames/replies.js';
import type { Waiting } from './frame-queue.js';
import type { HeldFrames } from './held-frames.js';
import { Phase } from './phase.js';
import type { SlowReader } from './slow-reader.js';
import type { SocketHost } from './socket-host.js';

/**
 * A `ws` socket with the state of its session. Fields instead of closures and listeners per socket:
 * that is what a hundred thousand of them are paid for with. All of them stand here, whatever they
 * are for, because their order is that in memory.
 */
export abstract class SocketState extends WebSocket {
  // Those that every message needs come first, side by side: with a hundred thousand sockets
  // each line of memory that a message touches has to be fetched from far away.
  private reached: Phase = Phase.Fresh;
  /** Where plain frames go past ws's public API; null where only that may be used. */
  protected tcp: Socket | null = null;
  /** Whether the closing handshake has begun: nothing is sent or read any more. */
  protected closing = false;
  /** Whether something went out by ws after which its sender was not seen idle yet. */
  protected wsSends = false;
  /** Frames that leave at the end of this turn of the event loop. */
  protected outgoing: OutboundFrame | OutboundFrame[] | null = null;
  /** What waits until the system takes more; null while it takes all. */
  protected slow: SlowReader | null = null;
  /** Whether ws was given something to read after which its receiver was not seen idle yet. */
  wsReads = false;
  /** Whether the application listens for messages itself. */
  protected hasOwnListeners = false;
  /** Whether anything was heard since the last heartbeat. */
  alive = true;
  /** Whether messages of others wait: it is being let in, or gets what it missed. */
  protected holds = false;
  /** Whether a frame is being handled; those that come meanwhile wait in `pending`. */
  busy = false;
  /** What all sockets of a server share. */
  protected host!: SocketHost<this>;
  connection: Connection | null = null;

  isFull = false;
  streak = 0;
  pending: Waiting<this>[] | null = null;
  /** What was read, and is looked at when what waits has been handled. */
  protected unread: Buffer | null = null;
  waitingBytes = 0;
  strangerBytes = 0;
  /** Those that ws may have to keep, of a socket that is not in yet. */
  protected wsBytes = 0;
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
  protected held: HeldFrames | null = null;

  /** Milliseconds since the epoch; 0 when the identity does not expire. */
  expiresAt = 0;
  /** Slot of the timing wheel. */
  deadline = 0;

  /** Handlers of the application's gateways; bound when the first of its events comes. */
  nestCallbacks: Map<string, NestCallback> | null = null;

  /** What is done for it that is not worth doing any more when it has closed. */
  protected underWay: Abortable | null = null;

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

  protected isOpen(): boolean {
    return this.reached === Phase.Open;
  }

  /** The only way to another phase. Whoever comes too late, because it went on before, hears no. */
  protected advance(to: Phase): boolean {
    if (to <= this.reached) return false;
    this.reached = to;
    return true;
  }

  /** However it ended: nothing begins any more, and the connection, if there is one, is let go. */
  protected abstract finish(code: number, reason: string): void;
}
