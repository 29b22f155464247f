import {
  Inject,
  Logger,
  Module,
  UseGuards,
  type DynamicModule,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { decoratedController } from '../http/decorated-controller.js';
import { ClusterWatch } from './cluster-watch.js';
import { OperatorActions } from './operator-actions.js';
import { OperatorGuard } from './operator.guard.js';
import { OperatorServer } from './operator-server.js';
import { PageController } from './page.controller.js';
import { PageFiles } from './page-files.js';
import {
  checkPushAdminOptions,
  PUSH_ADMIN_OPTIONS,
  type CheckedPushAdminOptions,
  type PushAdminModuleAsyncOptions,
  type PushAdminModuleOptions,
} from './push-admin.options.js';
import { Tickets } from './tickets.js';

type RouteOptions = Pick<CheckedPushAdminOptions, 'path' | 'guards' | 'decorators'>;

/**
 * The operator's view: a page with what goes on in the whole cluster, and with what is known of a
 * uid. Import it beside `PushModule`, behind keys or behind the application's own guards.
 */
@Module({})
export class PushAdminModule implements OnModuleInit {
  private readonly logger = new Logger(PushAdminModule.name);

  /** @internal */
  constructor(@Inject(PUSH_ADMIN_OPTIONS) private readonly options: CheckedPushAdminOptions) {}

  /** @throws Error that names a broken option, what was given (never a key) and what is allowed */
  static forRoot(
    options: PushAdminModuleOptions & Pick<PushAdminModuleAsyncOptions, 'imports'>,
  ): DynamicModule {
    const { imports = [], ...own } = options;
    const checked = checkPushAdminOptions(own);
    return dynamicModule(checked, imports, { provide: PUSH_ADMIN_OPTIONS, useValue: checked });
  }

  /** As `forRoot`, with keys that are known when the application starts. */
  static forRootAsync(options: PushAdminModuleAsyncOptions): DynamicModule {
    const { imports = [], useFactory, inject, path, decorators } = options;
    const beside = { path, decorators };
    return dynamicModule(checkPushAdminOptions({ ...beside, apiKeys: [] }), imports, {
      provide: PUSH_ADMIN_OPTIONS,
      useFactory: async (...args: unknown[]) =>
        checkPushAdminOptions({ ...(await useFactory(...args)), ...beside }),
      inject,
    });
  }

  /** Warns when no key is known, and so nobody can sign in. */
  onModuleInit(): void {
    if (this.options.apiKeys?.length !== 0) return;
    this.logger.warn('The operator’s view is closed: no apiKeys, so nobody can sign in.');
  }
}

function dynamicModule(
  { path, guards = [], decorators = [] }: RouteOptions,
  imports: NonNullable<DynamicModule['imports']>,
  options: Provider,
): DynamicModule {
  const each = guards.length === 0 ? decorators : [UseGuards(...guards), ...decorators];
  return {
    module: PushAdminModule,
    imports: [...imports, RouterModule.register([{ path, module: PushAdminModule }])],
    controllers: [decoratedController(PageController, each)],
    providers: [
      options,
      ...[PageFiles, Tickets, OperatorGuard],
      ...[ClusterWatch, OperatorActions, OperatorServer],
    ],
  };
}
