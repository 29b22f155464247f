import {
  Inject,
  Module,
  Optional,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DeliveryLifecycle } from './delivery/delivery-lifecycle.js';
import { deliveryProviders } from './delivery/delivery.providers.js';
import { Sends } from './delivery/sends.js';
import { Sender } from './delivery/sender.js';
import { ENGINE, type Engine } from './engine/engine.js';
import { engineProviders } from './engine/engine.providers.js';
import { GatewayLifecycle } from './gateway/gateway-lifecycle.js';
import { gatewayProviders } from './gateway/gateway.providers.js';
import { HttpDrain } from './gateway/http-drain.js';
import { PushExceptionHttpFilter } from './http/push-exception.http-filter.js';
import { checkNoGateway, checkOnlyOne, notConfigured } from './push.module.checks.js';
import type { PushModuleAsyncOptions, PushModuleOptions } from './push.options.js';
import { asyncOptionsProviders, optionsProviders } from './push.options.providers.js';
import { LocalNode } from './registry/local-node.js';
import { registryProviders } from './registry/registry.providers.js';
import { UidGateway } from './routing/handlers/uid.gateway.js';
import { routingProviders } from './routing/routing.providers.js';
import { ConnectionRegistryService } from './service/connection-registry.service.js';
import { serviceProviders } from './service/service.providers.js';
import { Signals } from './signals/signals.js';
import { watchingProviders } from './watching/watching.providers.js';

/**
 * Push to users over WebSockets. Importing `PushModule.forRoot()` once, in the root module, is
 * enough: the module is global, installs its WebSocket adapter itself, and
 * `ConnectionRegistryService` can be injected anywhere.
 */
@Module({})
export class PushModule implements OnModuleInit, OnModuleDestroy, OnApplicationShutdown {
  /** @internal Its parts are missing only where it was imported without options. */
  constructor(
    modules: ModulesContainer,
    @Optional() private readonly local: LocalNode,
    @Optional() @Inject(ENGINE) private readonly engine: Engine,
    @Optional() private readonly delivery: DeliveryLifecycle,
    @Optional() private readonly gateway?: GatewayLifecycle,
  ) {
    if (local === undefined) throw notConfigured();
    checkOnlyOne(modules, PushModule);
    if (gateway === undefined) checkNoGateway(modules);
  }

  /** @throws Error at start that names a broken option, what was given and what is allowed */
  static forRoot(
    options: PushModuleOptions & Pick<PushModuleAsyncOptions, 'imports'> = {},
  ): DynamicModule {
    const { imports, ...own } = options;
    return dynamicModule(imports, own.gateway, optionsProviders(own));
  }

  /** As `forRoot`, with options that are made when the application starts. */
  static forRootAsync(options: PushModuleAsyncOptions): DynamicModule {
    const { imports, gateway } = options;
    return dynamicModule(imports, gateway, asyncOptionsProviders(options));
  }

  /**
   * Joins the cluster.
   *
   * @throws PushException `UNAVAILABLE` when it cannot be reached in time
   */
  async onModuleInit(): Promise<void> {
    this.gateway?.start();
    await this.engine.start(this.local);
    await this.delivery.start();
  }

  /** From here on upgrades are answered with 503. */
  onModuleDestroy(): void {
    this.gateway?.refuseUpgrades();
  }

  /** Nest has closed the sockets by now, after every hook that may still have wanted to send. */
  async onApplicationShutdown(): Promise<void> {
    this.gateway?.stop();
    await this.delivery.stop();
    await this.engine.stop();
    this.local.events.complete();
  }
}

function dynamicModule(
  imports: DynamicModule['imports'],
  gateway: PushModuleOptions['gateway'],
  options: Provider[],
): DynamicModule {
  return {
    module: PushModule,
    global: true,
    imports,
    providers: [
      ...options,
      Signals,
      ...engineProviders,
      ...registryProviders,
      ...deliveryProviders,
      ...serviceProviders,
      HttpDrain,
      PushExceptionHttpFilter,
      ...(gateway === false
        ? []
        : [...watchingProviders, ...routingProviders(gateway ?? UidGateway), ...gatewayProviders]),
    ],
    exports: [ConnectionRegistryService, Sender, Sends, ENGINE, LocalNode],
  };
}
