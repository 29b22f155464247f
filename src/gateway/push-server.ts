import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  WebSocketServer,
  type PerMessageDeflateOptions,
  type ServerOptions,
  type WebSocket,
} from 'ws';
import { CloseCode } from '../protocol/codes.js';
import type { Codecs } from '../protocol/codecs.js';
import type { MaybePromise } from '../protocol/maybe-promise.js';
import { Inbox } from './socket/frame-queue.js';
import type { LocalNode } from '../registry/local-node.js';
import type { FrameDispatcher } from '../routing/frames/frame-dispatcher.js';
import type { FirstMessageGate } from './identity/first-message.gate.js';
import type { Liveness } from './socket/liveness.js';
import { Phase, PushSocket, type RawFrame, type SocketHost } from './socket/push-socket.js';
import { answerUpgrade } from './upgrade/upgrade-answer.js';
import { areAsExpected } from './wire/ws-internals.js';

export interface PushServerOptions {
  maxPayload: number;
  maxPendingFrames: number;
  maxBufferedBytes: number;
  closeTimeout: number;
  direct: boolean;
  perMessageDeflate: boolean | PerMessageDeflateOptions;
}

/**
 * The `ws` server of our path: it negotiates the subprotocol and turns upgrades into sockets
 * whose frames go to the inbox.
 */
export class PushServer extends WebSocketServer<typeof PushSocket> implements SocketHost {
  readonly maxPayload: number;
  readonly maxBufferedBytes: number;
  /** Set when the process is about to end: no upgrade is taken any more. */
  draining = false;
  /** Told of each socket that has been let in. */
  onOpen: ((socket: PushSocket, request: IncomingMessage) => void) | undefined;
  private readonly inbox: Inbox;
  private readonly direct: boolean;

  constructor(
    options: PushServerOptions,
    private readonly codecs: Codecs,
    private readonly liveness: Liveness,
    gate: FirstMessageGate,
    private readonly dispatcher: FrameDispatcher,
    private readonly local: LocalNode,
  ) {
    const serverOptions: ServerOptions<typeof PushSocket> & { closeTimeout: number } = {
      noServer: true,
      WebSocket: PushSocket,
      clientTracking: true,
      maxPayload: options.maxPayload,
      perMessageDeflate: options.perMessageDeflate,
      closeTimeout: options.closeTimeout,
      handleProtocols: (offered) => codecs.subprotocols.find((name) => offered.has(name)) ?? false,
    };
    super(serverOptions);
    this.maxPayload = options.maxPayload;
    this.maxBufferedBytes = options.maxBufferedBytes;
    this.direct = options.direct && areAsExpected();
    this.inbox = new Inbox(
      (socket, frame) =>
        socket.phase === Phase.Fresh ? gate.enter(socket, frame) : this.dispatch(socket, frame),
      options.maxPendingFrames,
    );
  }

  /** Takes an upgrade of our path, or answers why not. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.draining) {
      answerUpgrade(socket, 503, 'The server is shutting down; connect to another one.');
    } else if (!this.speaksAnyOf(request.headers['sec-websocket-protocol'])) {
      const spoken = this.codecs.subprotocols.join(', ');
      answerUpgrade(socket, 400, `Offer one of these subprotocols, or none: ${spoken}.`);
    } else {
      this.handleUpgrade(request, socket, head, (client) => this.accept(client, request));
    }
  }

  receive(socket: PushSocket, frame: RawFrame): void {
    this.inbox.receive(socket, frame);
  }

  opened(socket: PushSocket, request: IncomingMessage): void {
    this.onOpen?.(socket, request);
  }

  left(socket: PushSocket, code: number, reason: string): void {
    this.liveness.closed(socket);
    if (socket.connection !== null) this.local.detach(socket.connection, code, reason);
  }

  private dispatch(socket: PushSocket, frame: RawFrame): MaybePromise<void> {
    const connection = socket.connection!;
    if (typeof frame === 'string') return this.dispatcher.dispatch(connection, frame);
    return this.dispatcher.refuseBinary(connection);
  }

  private speaksAnyOf(offer: string | undefined): boolean {
    if (offer === undefined) return true;
    const names = offer.split(',').map((name) => name.trim());
    return names.some((name) => this.codecs.bySubprotocol(name) !== undefined);
  }

  private accept(socket: PushSocket, request: IncomingMessage): void {
    socket.host = this;
    socket.codec = this.codecs.bySubprotocol(socket.protocol);
    socket.request = request;
    socket.address = addressOf(request);
    socket.on('message', onMessage);
    socket.on('pong', onPong);
    socket.on('error', onError);
    socket.on('close', onClose);
    if (this.direct) socket.goDirect();
    this.liveness.accepted(socket);
    this.emit('connection', socket, request);
  }
}

/** Listeners shared by all sockets: `ws` calls them with the socket as `this`. */
function onMessage(this: WebSocket, data: Buffer, isBinary: boolean): void {
  const socket = this as PushSocket;
  socket.host.receive(socket, isBinary ? data : data.toString());
}

function onPong(this: WebSocket): void {
  (this as PushSocket).alive = true;
}

/**
 * A client's breach of RFC 6455 (bad UTF-8, too large, a wrong mask): `ws` closes with the right
 * code by itself. Without a listener the event would end the process.
 */
function onError(this: WebSocket): void {
  const socket = this as PushSocket;
  socket.phase = Phase.Closed;
  socket.pending = null;
  socket.host.left(socket, CloseCode.ABNORMAL, 'a breach of the WebSocket protocol');
}

function onClose(this: WebSocket, code: number, reason: Buffer): void {
  const socket = this as PushSocket;
  const closedWith = { code, reason: reason.toString() };
  if (socket.phase !== Phase.Closed) socket.closedWith = closedWith;
  socket.phase = Phase.Closed;
  socket.host.left(socket, closedWith.code, closedWith.reason);
}

/** IPv4 peers of a dual-stack socket come as `::ffff:1.2.3.4`. */
function addressOf({ socket }: IncomingMessage): string {
  const address = socket.remoteAddress ?? '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
