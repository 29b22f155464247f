import { createServer, type Server } from 'node:http';
import type { HttpAdapterHost } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import type { MessageMappingProperties } from '@nestjs/websockets';
import type { Observable } from 'rxjs';
import type { WebSocketServer } from 'ws';
import { drain, type DrainOptions } from './socket/drain.js';
import type { ClientBinder, NestHandlers } from '../routing/handlers/nest-handlers.js';
import type { PushServer } from './push-server.js';
import { PushSocket } from './socket/push-socket.js';
import { normalizePath, type SharedGateways } from '../routing/handlers/shared-gateways.js';
import { PUSH_PATH } from '../routing/handlers/uid.gateway.js';
import { listenForUpgrades, type UpgradeTaker } from './upgrade/upgrade-listener.js';

/** What the adapter needs beside Nest; made by PushModule. */
export interface PushWsAdapterParts {
  readonly path: string;
  readonly server: PushServer;
  readonly handlers: NestHandlers;
  readonly gateways: SharedGateways;
  readonly drain: DrainOptions;
  readonly authTimeout: number;
  readonly httpAdapterHost: HttpAdapterHost;
}

/** Port 0 stands for the application's own HTTP server. */
const HTTP_SERVER_PORT = 0;

/**
 * Nest's `ws` adapter, with the push socket on its path. Gateways on other paths and ports work
 * as with `WsAdapter`, but for the upgrade listener, which takes malformed requests.
 */
export class PushWsAdapter extends WsAdapter {
  private readonly stopListening = new Map<number, () => void>();

  constructor(private readonly parts: PushWsAdapterParts) {
    super();
    // At this time there is no HTTP server yet.
    Object.defineProperty(this, 'httpServer', {
      get: () => parts.httpAdapterHost.httpAdapter?.getHttpServer() as unknown,
    });
  }

  override create(
    port: number,
    options: Record<string, unknown> & { path?: string } = {},
  ): unknown {
    const isOurs = options.path === PUSH_PATH || normalizePath(options.path) === this.parts.path;
    if (port !== HTTP_SERVER_PORT || !isOurs) return super.create(port, options) as unknown;
    const { server, path, gateways } = this.parts;
    const httpServer = this.httpServer as Server | undefined;
    if (httpServer === undefined) {
      throw new Error('PushModule found no HTTP server: give it the option gateway: false here.');
    }
    if (!this.takersOf(port).includes(server)) {
      gateways.guardHooks();
      this.ensureHttpServerExists(port, httpServer);
      this.addWsServerToRegistry(Object.assign(server, { path }), port, path);
    }
    return server;
  }

  /** A client is shown to the gateways on our path later, or never. */
  override bindClientConnect(server: WebSocketServer, callback: ClientBinder): void {
    if (server === this.parts.server) this.parts.handlers.addBinder(callback);
    else super.bindClientConnect(server, callback);
  }

  override bindMessageHandlers(
    client: unknown,
    handlers: MessageMappingProperties[],
    transform: (data: unknown) => Observable<unknown>,
  ): void {
    if (client instanceof PushSocket) {
      this.parts.handlers.addCallbacks(client, handlers);
    } else {
      super.bindMessageHandlers(client, handlers, transform);
    }
  }

  override async close(server: WebSocketServer): Promise<void> {
    if (server === this.parts.server) await drain(this.parts.server.clients, this.parts.drain);
    await super.close(server);
  }

  override async dispose(): Promise<void> {
    for (const stop of this.stopListening.values()) stop();
    this.stopListening.clear();
    await super.dispose();
  }

  protected override ensureHttpServerExists(port: number, httpServer?: Server): Server | undefined {
    if (this.httpServersRegistry.has(port)) return undefined;
    const server = httpServer ?? createServer();
    this.httpServersRegistry.set(port, server);
    const takerOf = (path: string): UpgradeTaker | undefined => this.takerOf(port, path);
    const stop = listenForUpgrades(server, takerOf, this.parts.authTimeout);
    this.stopListening.set(port, stop);
    return server;
  }

  private takersOf(port: number): (WebSocketServer & { path: string })[] {
    return (this.wsServersRegistry.get(port) ?? []) as (WebSocketServer & { path: string })[];
  }

  private takerOf(port: number, path: string): UpgradeTaker | undefined {
    const server = this.takersOf(port).find((candidate) => candidate.path === path);
    if (server === undefined) return undefined;
    if (server === this.parts.server) return this.parts.server.upgrade.bind(server);
    return (request, socket, head) =>
      server.handleUpgrade(request, socket, head, (client) =>
        server.emit('connection', client, request),
      );
  }
}
