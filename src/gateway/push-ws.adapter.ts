import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import type { MessageMappingProperties } from '@nestjs/websockets';
import type { Observable } from 'rxjs';
import type { WebSocketServer } from 'ws';
import { drain } from './socket/drain.js';
import { NestHandlers, type ClientBinder } from '../routing/handlers/nest-handlers.js';
import { GATEWAY_OPTIONS, type CheckedGatewayOptions } from './gateway.options.js';
import { PushServer } from './push-server.js';
import { PushSocket } from './socket/push-socket.js';
import { normalizePath } from '../routing/handlers/found-gateways.js';
import { PUSH_PATH } from '../routing/handlers/push-gateway.decorator.js';
import { SharedGateways } from '../routing/handlers/shared-gateways.js';
import { listenForUpgrades, type UpgradeTaker } from './upgrade/upgrade-listener.js';

/** Port 0 stands for the application's own HTTP server. */
const HTTP_SERVER_PORT = 0;

/**
 * Nest's `ws` adapter, with the push socket on its path. Gateways on other paths and ports work
 * as with `WsAdapter`, but for the upgrade listener, which takes malformed requests.
 */
@Injectable()
export class PushWsAdapter extends WsAdapter {
  /** Servers on whose upgrades we listen, each with what ends that. */
  private readonly listening = new Map<Server, () => void>();
  private closing: Promise<void> | undefined;

  /** @internal */
  constructor(
    @Inject(GATEWAY_OPTIONS) private readonly options: CheckedGatewayOptions,
    private readonly server: PushServer,
    private readonly handlers: NestHandlers,
    private readonly gateways: SharedGateways,
    host: HttpAdapterHost,
  ) {
    super();
    // At this time there is no HTTP server yet.
    Object.defineProperty(this, 'httpServer', {
      get: () => host.httpAdapter?.getHttpServer() as unknown,
    });
  }

  /** Nest asks for the server of each gateway; that of the push socket is one for all. */
  override create(
    port: number,
    options: Record<string, unknown> & { path?: string } = {},
  ): unknown {
    const { path } = this.options;
    const isOurs =
      options.path === PUSH_PATH || normalizePath(options.path) === normalizePath(path);
    if (port !== HTTP_SERVER_PORT || !isOurs) return super.create(port, options) as unknown;
    const httpServer = this.httpServer as Server | undefined;
    if (httpServer === undefined) {
      throw new Error('PushModule found no HTTP server: give it the option gateway: false here.');
    }
    if (!this.takersOf(port).includes(this.server)) {
      this.gateways.guardHooks();
      this.ensureHttpServerExists(port, httpServer);
      this.addWsServerToRegistry(Object.assign(this.server, { path }), port, path);
      // Nest has taken a slash from its end; ours is served as it is written.
      Object.assign(this.server, { path });
    }
    return this.server;
  }

  /**
   * Serves the push socket on another server too, and so the gateways of other paths: for an
   * application that hands its Express or Fastify instance to a server that it made itself. That
   * server is the application's to close; the sockets on it end with the application.
   *
   * @param server any server of `node:http` or `node:https`, listening or not
   */
  serve(server: Server | HttpsServer): void {
    this.listen(server, HTTP_SERVER_PORT);
  }

  /** @internal A client is shown to the gateways on our path later, or never. */
  override bindClientConnect(server: WebSocketServer, callback: ClientBinder): void {
    if (server === this.server) this.handlers.addBinder(callback);
    else super.bindClientConnect(server, callback);
  }

  /** Nest hands over the handlers of a gateway for a client. */
  override bindMessageHandlers(
    client: unknown,
    handlers: MessageMappingProperties[],
    transform: (data: unknown) => Observable<unknown>,
  ): void {
    if (client instanceof PushSocket) {
      this.handlers.addCallbacks(client, handlers);
    } else {
      super.bindMessageHandlers(client, handlers, transform);
    }
  }

  /** Nest asks for it once per gateway. */
  override close(server: WebSocketServer): Promise<void> {
    return server === this.server ? (this.closing ??= this.closeOurs()) : super.close(server);
  }

  private async closeOurs(): Promise<void> {
    await drain(this.server.clients, this.options);
    await super.close(this.server);
  }

  /** Stops listening for upgrades. */
  override async dispose(): Promise<void> {
    for (const stop of this.listening.values()) stop();
    this.listening.clear();
    await super.dispose();
  }

  /** The server of a port: upgrades of it are ours to answer. */
  protected override ensureHttpServerExists(port: number, httpServer?: Server): Server | undefined {
    if (this.httpServersRegistry.has(port)) return undefined;
    const server = httpServer ?? createServer(answerHttp);
    this.httpServersRegistry.set(port, server);
    this.listen(server, port);
    return server;
  }

  private listen(server: Server, port: number): void {
    if (this.listening.has(server)) return;
    const takerOf = (path: string): UpgradeTaker | undefined => this.takerOf(port, path);
    this.listening.set(server, listenForUpgrades(server, takerOf, this.options.authTimeout));
  }

  private takersOf(port: number): (WebSocketServer & { path: string })[] {
    return (this.wsServersRegistry.get(port) ?? []) as (WebSocketServer & { path: string })[];
  }

  private takerOf(port: number, path: string): UpgradeTaker | undefined {
    const server = this.takersOf(port).find((candidate) => candidate.path === path);
    if (server === undefined) return undefined;
    if (server === this.server) return this.server.upgrade.bind(this.server);
    return (request, socket, head) =>
      server.handleUpgrade(request, socket, head, (client) =>
        server.emit('connection', client, request),
      );
  }
}

/** On a port that a gateway has for itself. */
function answerHttp(_: unknown, response: ServerResponse): void {
  response.writeHead(426, { Connection: 'Upgrade', Upgrade: 'websocket' });
  response.end('Only WebSockets are served on this port.');
}
