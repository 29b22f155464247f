import {
  Logger,
  Module,
  type DynamicModule,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, RouterModule } from '@nestjs/core';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKeys } from './api-keys.js';
import { BodyLimit } from './body-limit.js';
import { IdempotencyWindow } from './idempotency-window.js';
import { MessagesRoute } from './messages-route.js';
import { PushApiController } from './push-api.controller.js';
import {
  checkMadeOptions,
  checkPath,
  checkPushApiOptions,
  PUSH_API_OPTIONS,
  type CheckedPushApiOptions,
  type PushApiModuleAsyncOptions,
  type PushApiModuleOptions,
} from './push-api.options.js';

/**
 * The push API for other systems, over HTTP, behind API keys. Import it beside `PushModule`,
 * whose `ConnectionRegistryService` it calls.
 *
 * Fastify answers 414 to a uid of more than 100 characters in an address unless it is made
 * with `new FastifyAdapter({ routerOptions: { maxParamLength: 128 } })`.
 */
@Module({})
export class PushApiModule implements OnModuleInit {
  private readonly logger = new Logger(PushApiModule.name);

  constructor(private readonly keys: ApiKeys) {}

  /** @throws Error that names a broken option, what was given (never a key) and what is allowed */
  static forRoot(options: PushApiModuleOptions): DynamicModule {
    const checked = checkPushApiOptions(options);
    return dynamicModule(checked.path, [], { provide: PUSH_API_OPTIONS, useValue: checked });
  }

  /** As `forRoot`, with options that are made when the application starts; `path` apart. */
  static forRootAsync(options: PushApiModuleAsyncOptions): DynamicModule {
    const { path, imports = [], useFactory, inject } = options;
    return dynamicModule(path, imports, {
      provide: PUSH_API_OPTIONS,
      useFactory: async (...args: unknown[]) => checkMadeOptions(await useFactory(...args)),
      inject,
    });
  }

  onModuleInit(): void {
    if (!this.keys.none) return;
    this.logger.warn('The push API is closed: no apiKeys, so every request to it answers 401.');
  }
}

function dynamicModule(
  givenPath: string | undefined,
  imports: NonNullable<DynamicModule['imports']>,
  options: Provider,
): DynamicModule {
  const path = checkPath(givenPath);
  return {
    module: PushApiModule,
    imports: [...imports, RouterModule.register([{ path, module: PushApiModule }])],
    controllers: [PushApiController],
    providers: [options, ...partsAt(path)],
  };
}

function partsAt(path: string): Provider[] {
  return [
    ApiKeyGuard,
    {
      provide: ApiKeys,
      useFactory: ({ apiKeys }: CheckedPushApiOptions) => new ApiKeys(apiKeys),
      inject: [PUSH_API_OPTIONS],
    },
    {
      provide: IdempotencyWindow,
      useFactory: (options: CheckedPushApiOptions) => new IdempotencyWindow(options),
      inject: [PUSH_API_OPTIONS],
    },
    {
      provide: MessagesRoute,
      useFactory: (config: ApplicationConfig) => new MessagesRoute(path, config),
      inject: [ApplicationConfig],
    },
    {
      provide: BodyLimit,
      useFactory: (
        { bodyLimit }: CheckedPushApiOptions,
        host: HttpAdapterHost,
        guard: ApiKeyGuard,
        keys: ApiKeys,
        route: MessagesRoute,
      ) => new BodyLimit(host, guard, keys, route, bodyLimit),
      inject: [PUSH_API_OPTIONS, HttpAdapterHost, ApiKeyGuard, ApiKeys, MessagesRoute],
    },
  ];
}
