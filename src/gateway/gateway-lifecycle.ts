import { Injectable } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { NestHandlers } from '../routing/handlers/nest-handlers.js';
import { directHandlers } from '../routing/handlers/own-events.js';
import { SharedGateways } from '../routing/handlers/shared-gateways.js';
import { UidGateway } from '../routing/handlers/uid.gateway.js';
import { MessageRouter } from '../routing/message-router.js';
import { PushServer } from './push-server.js';
import { PushWsAdapter } from './push-ws.adapter.js';
import { Backlog } from './socket/backlog.js';
import { Liveness } from './socket/liveness.js';
import { DrainingRule } from './upgrade/draining.rule.js';

/** The socket side of the module, from its installation in Nest to its orderly end. */
@Injectable()
export class GatewayLifecycle {
  /**
   * Installs the adapter, which is what a line in `main.ts` would do otherwise. This runs before
   * Nest binds gateways, and after all modules are known.
   */
  constructor(
    private readonly adapter: PushWsAdapter,
    private readonly handlers: NestHandlers,
    private readonly uidGateway: UidGateway,
    private readonly router: MessageRouter,
    private readonly liveness: Liveness,
    private readonly backlog: Backlog,
    private readonly draining: DrainingRule,
    private readonly config: ApplicationConfig,
    private readonly server: PushServer,
    private readonly gateways: SharedGateways,
  ) {
    handlers.owners = gateways.prepare();
    config.setIoAdapter(adapter);
  }

  /**
   * Once Nest has bound the gateways.
   *
   * @throws Error when the application has replaced the adapter
   */
  start(): void {
    if (this.config.getIoAdapter() !== this.adapter) throw otherAdapter();
    this.handlers.direct = directHandlers(this.uidGateway, this.router, this.config);
    if (this.gateways.haveHooks) {
      this.server.onOpen = (client, request) => void this.handlers.bind(client, request);
    }
    this.gateways.report();
  }

  /** From now on upgrades are answered with 503; open sockets stay until Nest closes the server. */
  refuseUpgrades(): void {
    this.draining.begin();
  }

  stop(): void {
    this.liveness.stop();
    this.backlog.stop();
  }
}

function otherAdapter(): Error {
  return new Error(
    'PushModule installs its own WebSocket adapter, which serves gateways on other paths and ' +
      'ports as WsAdapter does. The application has set another one: remove the call of ' +
      'app.useWebSocketAdapter(), or give PushModule the option gateway: false.',
  );
}
