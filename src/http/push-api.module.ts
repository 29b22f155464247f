import {
  Logger,
  Module,
  type DynamicModule,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { ApiKeys } from './api-keys.js';
import { decoratedController } from './decorated-controller.js';
import { PushApiController } from './push-api.controller.js';
import {
  checkAsyncOptions,
  checkMadeOptions,
  checkPushApiOptions,
  PUSH_API_OPTIONS,
  type CheckedPushApiOptions,
  type PushApiModuleAsyncOptions,
  type PushApiModuleOptions,
} from './push-api.options.js';
import { pushApiProviders } from './push-api.providers.js';

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

  /** @internal */
  constructor(private readonly keys: ApiKeys) {}

  /** @throws Error that names a broken option, what was given (never a key) and what is allowed */
  static forRoot(options: PushApiModuleOptions): DynamicModule {
    const checked = checkPushApiOptions(options);
    return dynamicModule(checked, [], { provide: PUSH_API_OPTIONS, useValue: checked });
  }

  /** As `forRoot`, with options that are made when the application starts, but for the routes'. */
  static forRootAsync(options: PushApiModuleAsyncOptions): DynamicModule {
    const { imports = [], useFactory, inject } = options;
    const beside = checkAsyncOptions(options);
    return dynamicModule(beside, imports, {
      provide: PUSH_API_OPTIONS,
      useFactory: async (...args: unknown[]) => checkMadeOptions(await useFactory(...args), beside),
      inject,
    });
  }

  /** Warns when no key is known, and so nobody is let in. */
  onModuleInit(): void {
    if (!this.keys.none) return;
    this.logger.warn('The push API is closed: no apiKeys, so every request to it answers 401.');
  }
}

function dynamicModule(
  { path, decorators }: Pick<CheckedPushApiOptions, 'path' | 'decorators'>,
  imports: NonNullable<DynamicModule['imports']>,
  options: Provider,
): DynamicModule {
  return {
    module: PushApiModule,
    imports: [...imports, RouterModule.register([{ path, module: PushApiModule }])],
    controllers: [decoratedController(PushApiController, decorators)],
    providers: [options, ...pushApiProviders],
  };
}
