import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { WebSocketServer, type ServerOptions } from 'ws';
import { CloseCode, ErrorCode } from '../protocol/codes.js';
import { Codecs } from '../protocol/codecs.js';
import type { MaybePromise } from '../protocol/maybe-promise.js';
import { LocalNode } from '../registry/local-node.js';
import { Undecided } from '../registry/undecided.js';
import { FrameDispatcher } from '../routing/frames/frame-dispatcher.js';
import type { FrameSource } from '../routing/frames/frame-source.js';
import { Signals } from '../signals/signals.js';
import { GATEWAY_OPTIONS, type CheckedGatewayOptions } from './gateway.options.js';
import { FirstMessageGate } from './identity/first-message.gate.js';
import { Backlog } from './socket/backlog.js';
import { FrameQueue, type RawFrame, type Task } from './socket/frame-queue.js';
import { Liveness } from './socket/liveness.js';
import { Phase } from './socket/phase.js';
import { PushSocket } from './socket/push-socket.js';
import type { SocketHost } from './socket/socket-host.js';
import { addressOf } from './upgrade/address-of.js';
import { answerUpgrade } from './upgrade/upgrade-answer.js';
import { UPGRADE_RULES, type UpgradeRule } from './upgrade/upgrade-rule.js';
import { areAsExpected } from './wire/ws-internals.js';

/**
 * The `ws` server of our path: it turns upgrades into sockets, whose frames go through the queue
 * to the gate first, and to their handlers then.
 */
@Injectable()
export class PushServer
  extends WebSocketServer<typeof PushSocket>
  implements SocketHost<PushSocket>
{
  readonly maxPayload: number;
  /** Told of each socket that has been let in. */
  onOpen: ((socket: PushSocket, request: unknown) => void) | undefined;
  readonly undecided: Undecided;
  private readonly queue: FrameQueue<PushSocket>;
  private readonly direct: boolean;

  constructor(
    @Inject(GATEWAY_OPTIONS) options: CheckedGatewayOptions,
    @Inject(UPGRADE_RULES) private readonly rules: readonly UpgradeRule[],
    private readonly codecs: Codecs,
    private readonly liveness: Liveness,
    readonly backlog: Backlog,
    private readonly gate: FirstMessageGate,
    private readonly dispatcher: FrameDispatcher,
    private readonly local: LocalNode,
    private readonly signals: Signals,
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
    this.direct = options.direct && areAsExpected();
    local.undecided = this.undecided = new Undecided(backlog);
    this.queue = new FrameQueue((socket, frame) => this.process(socket, frame), options);
  }

  /** Takes an upgrade of our path, or answers why not. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    for (const rule of this.rules) {
      const refusal = rule.refuse(request);
      if (refusal === undefined) continue;
      this.signals.upgradesRefused.add(String(refusal.status));
      return answerUpgrade(socket, refusal.status, refusal.sentence);
    }
    this.handleUpgrade(request, socket, head, (client) => this.accept(client, request));
  }

  receive(socket: PushSocket, frame: RawFrame): void {
    this.queue.receive(socket, frame);
  }

  count(socket: PushSocket, bytes: number): void {
    this.queue.count(socket, bytes);
  }

  inTurn(socket: PushSocket, task: Task<PushSocket>): void {
    this.queue.inTurn(socket, task);
  }

  entering(socket: PushSocket): void {
    this.liveness.firstMessageCame(socket);
  }

  opened(socket: PushSocket, request: IncomingMessage | null, expiresAt?: number): void {
    this.queue.noStranger(socket);
    this.signals.logins.add('accepted');
    this.liveness.opened(socket, expiresAt);
    this.onOpen?.(socket, request);
  }

  renewed(socket: PushSocket, expiresAt?: number): void {
    this.liveness.renewed(socket, expiresAt);
  }

  left(socket: PushSocket, code: number, reason: string): void {
    this.queue.noStranger(socket);
    this.liveness.closed(socket);
    this.signals.socketClosed(code);
    if (code === CloseCode.AUTH_TIMEOUT) this.signals.logins.add(ErrorCode.AUTH_TIMEOUT);
    if (socket.connection !== null) this.local.detach(socket.connection, code, reason);
  }

  private accept(socket: PushSocket, request: IncomingMessage): void {
    this.signals.socketsOpened++;
    const codec = this.codecs.bySubprotocol(socket.protocol);
    socket.begin(this, request, addressOf(request), codec);
    if (this.direct) socket.goDirect();
    this.liveness.accepted(socket);
    this.emit('connection', socket, request);
  }

  private process(socket: PushSocket, frame: RawFrame): MaybePromise<void> {
    if (!isIn(socket)) return this.gate.enter(socket, frame);
    if (typeof frame === 'string') return this.dispatcher.dispatch(socket, frame);
    return this.dispatcher.refuseBinary(socket);
  }
}

function isIn(socket: PushSocket): socket is PushSocket & FrameSource {
  return socket.phase === Phase.Open;
}
