import {
  Inject,
  Module,
  Optional,
  type DynamicModule,
  type FactoryProvider,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
  type Provider,
  type Type,
} from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { deliveryProviders } from './delivery/delivery.providers.js';
import { Sender } from './delivery/sender.js';
import { ENGINE, type Engine } from './engine/engine.js';
import { engineProviders } from './engine/engine.providers.js';
import { Authentication } from './gateway/identity/authentication.js';
import { GivenAuthenticator } from './gateway/identity/given-authenticator.js';
import { FirstMessageGate } from './gateway/identity/first-message.gate.js';
import { Liveness } from './gateway/socket/liveness.js';
import { NestHandlers } from './routing/handlers/nest-handlers.js';
import { PushServer } from './gateway/push-server.js';
import { PushSockets } from './gateway/gateway-lifecycle.js';
import { UidGateway } from './routing/handlers/uid.gateway.js';
import { Codecs } from './protocol/codecs.js';
import { GATEWAY_OPTIONS, type CheckedGatewayOptions } from './gateway/gateway.options.js';
import {
  checkGateway,
  checkPushOptions,
  PUSH_OPTIONS,
  ROOM_OPTIONS_PROVIDERS,
  type PushModuleAsyncOptions,
  type PushModuleOptions,
  type PushOptionsFactory,
} from './push.options.js';
import { registryProviders } from './registry/registry.providers.js';
import { ConnectionRegistryService } from './service/connection-registry.service.js';
import { serviceProviders } from './service/service.providers.js';
import { LocalNode } from './registry/local-node.js';
import { FrameDispatcher } from './routing/frames/frame-dispatcher.js';
import { MessageRouter } from './routing/message-router.js';
import { GivenRoutePolicy } from './routing/given-route-policy.js';

const RAW_OPTIONS = Symbol('RawPushModuleOptions');

/**
 * Push to users over WebSockets. Importing `PushModule.forRoot()` once, in the root module, is
 * enough: the module is global, installs its WebSocket adapter itself, and
 * `ConnectionRegistryService` can be injected anywhere.
 */
@Module({})
export class PushModule implements OnModuleInit, OnModuleDestroy, OnApplicationShutdown {
  constructor(
    private readonly local: LocalNode,
    @Inject(ENGINE) private readonly engine: Engine,
    @Optional() private readonly sockets?: PushSockets,
  ) {}

  /** @throws Error at start that names a broken option, what was given and what is allowed */
  static forRoot(
    options: PushModuleOptions & Pick<PushModuleAsyncOptions, 'imports'> = {},
  ): DynamicModule {
    const { imports, ...own } = options;
    const checked = { provide: PUSH_OPTIONS, useValue: checkPushOptions(own) };
    return dynamicModule(imports, own.gateway, [checked]);
  }

  /** As `forRoot`, with options that are made when the application starts. */
  static forRootAsync(options: PushModuleAsyncOptions): DynamicModule {
    // It decides what Nest builds, so it is looked at before Nest does.
    checkGateway(options.gateway);
    return dynamicModule(options.imports, options.gateway, [
      ...asyncOptionsProviders(options),
      checkedOptions(options.gateway),
    ]);
  }

  async onModuleInit(): Promise<void> {
    this.sockets?.start();
    await this.engine.start(this.local);
  }

  onModuleDestroy(): void {
    this.sockets?.refuseUpgrades();
  }

  /** Nest has closed the sockets by now, after every hook that may still have wanted to send. */
  async onApplicationShutdown(): Promise<void> {
    this.sockets?.stop();
    await this.engine.stop();
    this.local.events.complete();
  }
}

function dynamicModule(
  imports: DynamicModule['imports'],
  gateway: PushModuleOptions['gateway'],
  optionsProviders: Provider[],
): DynamicModule {
  return {
    module: PushModule,
    global: true,
    imports,
    providers: [
      ...optionsProviders,
      ...ROOM_OPTIONS_PROVIDERS,
      ...engineProviders,
      ...registryProviders,
      ...deliveryProviders,
      ...serviceProviders,
      ...(gateway === false ? [] : socketProviders(gateway ?? UidGateway)),
    ],
    exports: [ConnectionRegistryService, Sender],
  };
}

function asyncOptionsProviders(options: PushModuleAsyncOptions): Provider[] {
  const { useFactory, inject, useClass, useExisting } = options;
  if (useFactory !== undefined) return [{ provide: RAW_OPTIONS, useFactory, inject }];
  const factory = useClass ?? useExisting;
  if (factory === undefined) {
    throw new Error('PushModule.forRootAsync needs useFactory, useClass or useExisting.');
  }
  const rawOptions: FactoryProvider = {
    provide: RAW_OPTIONS,
    useFactory: (made: PushOptionsFactory) => made.createPushOptions(),
    inject: [factory],
  };
  return useClass === undefined ? [rawOptions] : [useClass, rawOptions];
}

function checkedOptions(gateway: PushModuleOptions['gateway']): FactoryProvider {
  return {
    provide: PUSH_OPTIONS,
    // What forRootAsync says of the gateway was needed before its factory ran, so it wins.
    useFactory: (raw: PushModuleOptions) =>
      checkPushOptions(gateway === undefined ? raw : { ...raw, gateway }),
    inject: [RAW_OPTIONS],
  };
}

function socketProviders(gateway: Type<UidGateway>): Provider[] {
  return [
    NestHandlers,
    {
      provide: Codecs,
      useFactory: ({ welcome }: CheckedGatewayOptions) => new Codecs({ welcome }),
      inject: [GATEWAY_OPTIONS],
    },
    {
      provide: Liveness,
      useFactory: (options: CheckedGatewayOptions) => new Liveness(options),
      inject: [GATEWAY_OPTIONS],
    },
    GivenRoutePolicy,
    MessageRouter,
    GivenAuthenticator,
    Authentication,
    FirstMessageGate,
    { provide: UidGateway, useClass: gateway },
    {
      provide: PushServer,
      useFactory: (
        options: CheckedGatewayOptions,
        codecs: Codecs,
        liveness: Liveness,
        gate: FirstMessageGate,
        handlers: NestHandlers,
        local: LocalNode,
      ) => new PushServer(options, codecs, liveness, gate, new FrameDispatcher(handlers), local),
      inject: [GATEWAY_OPTIONS, Codecs, Liveness, FirstMessageGate, NestHandlers, LocalNode],
    },
    {
      provide: PushSockets,
      useFactory: (
        options: CheckedGatewayOptions,
        server: PushServer,
        liveness: Liveness,
        handlers: NestHandlers,
        uidGateway: UidGateway,
        config: ApplicationConfig,
        httpAdapterHost: HttpAdapterHost,
        modules: ModulesContainer,
      ) => {
        const { path, authTimeout } = options;
        const parts = { path, authTimeout, server, liveness, handlers, uidGateway, drain: options };
        return new PushSockets(parts, config, httpAdapterHost, modules);
      },
      inject: [
        GATEWAY_OPTIONS,
        PushServer,
        Liveness,
        NestHandlers,
        UidGateway,
        ApplicationConfig,
        HttpAdapterHost,
        ModulesContainer,
      ],
    },
  ];
}
