import { Module, type DynamicModule } from '@nestjs/common';
import type { PushHistoryOptions } from '../delivery/delivery.options.js';
import { PushAdminModule } from '../admin/index.js';
import { MemoryEngine } from '../engine/memory/memory.engine.js';
import { RedisEngine } from '../engine/redis/index.js';
import { JwtAuthenticator } from '../gateway/identity/authenticators/jwt.authenticator.js';
import type { Authenticator } from '../gateway/identity/authenticators/authenticator.js';
import { TrustUidAuthenticator } from '../gateway/identity/authenticators/trust-uid.authenticator.js';
import { PushApiModule } from '../http/push-api.module.js';
import { PushModule } from '../push.module.js';
import { AllowAllRoutePolicy } from '../routing/route-policy.js';
import { ApprovalsGateway } from './approvals.gateway.js';
import { ChatGateway } from './chat.gateway.js';
import { OrdersController } from './orders.controller.js';
import { PageController } from './page.controller.js';
import { SETTINGS, type Settings } from './settings.js';
import { UndeliveredLog } from './undelivered-log.js';

/** The example: clients may send to anyone, as in the Workerman example. */
@Module({ controllers: [OrdersController, PageController] })
export class AppModule {
  static with(settings: Settings): DynamicModule {
    const push = PushModule.forRoot({
      authenticator: authenticatorOf(settings),
      routePolicy: AllowAllRoutePolicy,
      path: settings.path,
      engine: settings.redisUrl ? new RedisEngine({ url: settings.redisUrl }) : new MemoryEngine(),
      ...(settings.history && { history: historyOf(settings) }),
    });
    const { apiKeys } = settings;
    return {
      module: AppModule,
      imports: [
        push,
        PushApiModule.forRoot({ apiKeys }),
        ...(apiKeys.length > 0 ? [PushAdminModule.forRoot({ apiKeys })] : []),
      ],
      providers: [ChatGateway, ApprovalsGateway, { provide: SETTINGS, useValue: settings }],
    };
  }
}

function historyOf({ undeliveredLog }: Settings): PushHistoryOptions {
  return undeliveredLog === undefined
    ? {}
    : { undeliveredHandler: new UndeliveredLog(undeliveredLog) };
}

function authenticatorOf({ auth, jwtSecret }: Settings): Authenticator {
  return auth === 'jwt' ? new JwtAuthenticator({ secret: jwtSecret }) : new TrustUidAuthenticator();
}
