import type { IncomingMessage, Server } from 'node:http';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { drain } from '../gateway/socket/drain.js';
import { addressOf } from '../gateway/upgrade/address-of.js';
import { listenForUpgrades, type UpgradeTaker } from '../gateway/upgrade/upgrade-listener.js';
import { JsonCodec } from '../protocol/json.codec.js';
import { Message } from '../protocol/message.js';
import { ClusterWatch } from './cluster-watch.js';
import type { Snapshot } from './frames.js';
import { OperatorActions } from './operator-actions.js';
import { OperatorSocket, type OperatorHost } from './operator-socket.js';
import { PUSH_ADMIN_OPTIONS, type CheckedPushAdminOptions } from './push-admin.options.js';
import { Tickets } from './tickets.js';

/** Bytes of a frame: the data of a message of the default `maxMessageBytes`, and what is around it. */
const MAX_PAYLOAD = 1_114_112;
/** Sockets at once that have shown no ticket yet, each with an unfinished frame at worst. */
const MAX_STRANGERS = 32;
/** Milliseconds between signs of life that are asked for. */
const HEARTBEAT = 20_000;
/** Milliseconds that another consumer of the server may think about an upgrade. */
const OTHERS_TIMEOUT = 10_000;

/** Operators are few: all at once, and they come back to another node. */
const DRAIN = { drainBatchSize: Infinity, drainInterval: 0, closeTimeout: 1_000 };

const codec = new JsonCodec();

/** The sockets of the operators, on a path of their own beside the push socket. */
@Injectable()
export class OperatorServer
  implements OperatorHost, OnApplicationBootstrap, BeforeApplicationShutdown
{
  readonly sessionTime: number;
  private readonly path: string;
  private readonly operators = new Set<OperatorSocket>();
  private readonly strangers = new Set<OperatorSocket>();
  private readonly stops: (() => void)[] = [];
  private endWatch: (() => void) | undefined;
  private heartbeats: NodeJS.Timeout | undefined;
  private snapshots = 0;

  constructor(
    @Inject(PUSH_ADMIN_OPTIONS) { path, sessionTime }: CheckedPushAdminOptions,
    private readonly tickets: Tickets,
    private readonly actions: OperatorActions,
    private readonly watch: ClusterWatch,
    private readonly config: ApplicationConfig,
    private readonly http: HttpAdapterHost,
  ) {
    this.path = `/${path}/socket`;
    this.sessionTime = sessionTime;
  }

  /** When the application's prefix is known, and its server is there. */
  onApplicationBootstrap(): void {
    const server = this.http.httpAdapter?.getHttpServer() as Server | undefined;
    // An application context without a server has nobody who could come.
    if (server === undefined) return;
    const prefix = this.config.getGlobalPrefix().replace(/^\/|\/$/g, '');
    // Routes may be excluded from the prefix.
    const paths = prefix === '' ? [this.path] : [this.path, `/${prefix}${this.path}`];
    for (const path of paths) this.serve(server, path);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await drain(new Set([...this.strangers, ...this.operators]), DRAIN);
    for (const stop of this.stops) stop();
    this.rest();
  }

  redeem(ticket: string): Promise<boolean> {
    return this.tickets.redeem(ticket);
  }

  run(event: string, data: unknown, address: string): Promise<unknown> {
    return this.actions.run(event, data, address);
  }

  entered(operator: OperatorSocket): void {
    this.strangers.delete(operator);
    this.operators.add(operator);
    this.endWatch ??= this.watch.add((snapshot) => this.show(snapshot));
    this.heartbeats ??= setInterval(() => this.probe(), HEARTBEAT).unref();
  }

  left(operator: OperatorSocket): void {
    this.strangers.delete(operator);
    this.operators.delete(operator);
    if (this.operators.size === 0) this.rest();
  }

  /** Nobody looks any more. */
  private rest(): void {
    this.endWatch?.();
    this.endWatch = undefined;
    clearInterval(this.heartbeats);
    this.heartbeats = undefined;
  }

  private serve(server: Server, path: string): void {
    const adapter = this.config.getIoAdapter();
    if (adapter instanceof WsAdapter) {
      const sockets = adapter.create(0, { path, maxPayload: MAX_PAYLOAD }) as WebSocketServer;
      sockets.on('connection', (client, request) => {
        // The adapter would log with its stack whatever a stranger breaks.
        client.removeAllListeners('error');
        this.accept(client, request);
      });
      this.stops.push(() => void adapter.close(sockets));
    } else {
      // A process without push sockets, or with those of another library.
      const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD });
      const take: UpgradeTaker = (request, socket, head) =>
        sockets.handleUpgrade(request, socket, head, (client) => this.accept(client, request));
      const takerOf = (asked: string): UpgradeTaker | undefined =>
        asked === path ? take : undefined;
      this.stops.push(listenForUpgrades(server, takerOf, OTHERS_TIMEOUT), () => sockets.close());
    }
  }

  private accept(client: WebSocket, request: IncomingMessage): void {
    // Who has a ticket shows it at once: the oldest stranger makes room for the next.
    if (this.strangers.size >= MAX_STRANGERS) {
      const oldest = [...this.strangers][0];
      this.strangers.delete(oldest);
      oldest.terminate();
    }
    this.strangers.add(new OperatorSocket(client, addressOf(request), this));
  }

  private show(snapshot: Snapshot): void {
    const message = Message.of(`snapshot-${++this.snapshots}`, snapshot);
    const frame = codec.encodeMessage(message);
    for (const operator of this.operators) operator.send(frame);
  }

  private probe(): void {
    for (const operator of this.operators) operator.probe();
  }
}
