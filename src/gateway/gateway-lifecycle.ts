import { Injectable } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { DrainOptions } from './socket/drain.js';
import type { Liveness } from './socket/liveness.js';
import type { NestHandlers } from '../routing/handlers/nest-handlers.js';
import { directHandlers } from '../routing/handlers/own-events.js';
import type { PushServer } from './push-server.js';
import { PushWsAdapter } from './push-ws.adapter.js';
import { SharedGateways } from '../routing/handlers/shared-gateways.js';
import type { UidGateway } from '../routing/handlers/uid.gateway.js';

export interface PushSocketsParts {
  readonly path: string;
  readonly server: PushServer;
  readonly liveness: Liveness;
  readonly handlers: NestHandlers;
  readonly uidGateway: UidGateway;
  readonly drain: DrainOptions;
  readonly authTimeout: number;
}

/** The socket side of the module, from its installation in Nest to its orderly end. */
@Injectable()
export class PushSockets {
  private readonly adapter: PushWsAdapter;

  /**
   * Installs the adapter, which is what a line in `main.ts` would do otherwise. This runs before
   * Nest binds gateways, and after all modules are known.
   */
  constructor(
    private readonly parts: PushSocketsParts,
    private readonly config: ApplicationConfig,
    httpAdapterHost: HttpAdapterHost,
    modules: ModulesContainer,
  ) {
    const gateways = new SharedGateways(modules, parts.path);
    gateways.prepare();
    parts.server.onOpen = gateways.haveHooks
      ? (socket, request) => void parts.handlers.bind(socket, request)
      : undefined;
    this.adapter = new PushWsAdapter({ ...parts, gateways, httpAdapterHost });
    config.setIoAdapter(this.adapter);
  }

  /**
   * Once Nest has bound the gateways.
   *
   * @throws Error when the application has replaced the adapter
   */
  start(): void {
    if (this.config.getIoAdapter() !== this.adapter) throw otherAdapter();
    this.parts.handlers.direct = directHandlers(this.parts.uidGateway, this.config);
  }

  /** From now on upgrades are answered with 503; open sockets stay until Nest closes the server. */
  refuseUpgrades(): void {
    this.parts.server.draining = true;
  }

  stop(): void {
    this.parts.liveness.stop();
  }
}

function otherAdapter(): Error {
  return new Error(
    'PushModule installs its own WebSocket adapter, which serves gateways on other paths and ' +
      'ports as WsAdapter does. The application has set another one: remove the call of ' +
      'app.useWebSocketAdapter(), or give PushModule the option gateway: false.',
  );
}
