import type { Provider } from '@nestjs/common';
import { Codecs } from '../protocol/codecs.js';
import { IdentityRenewal } from '../routing/handlers/identity-renewal.js';
import { SOCKET_PATH } from '../routing/handlers/shared-gateways.js';
import { GatewayLifecycle } from './gateway-lifecycle.js';
import { GATEWAY_OPTIONS, type CheckedGatewayOptions } from './gateway.options.js';
import { Authentication } from './identity/authentication.js';
import { Authenticator } from './identity/authenticators/authenticator.js';
import { FirstMessageGate } from './identity/first-message.gate.js';
import { GivenAuthenticator } from './identity/given-authenticator.js';
import { Refusals } from './identity/refusals.js';
import { Renewal } from './identity/renewal.js';
import { PushServer } from './push-server.js';
import { PushWsAdapter } from './push-ws.adapter.js';
import { Backlog } from './socket/backlog.js';
import { Liveness } from './socket/liveness.js';
import { DrainingRule } from './upgrade/draining.rule.js';
import { SubprotocolRule } from './upgrade/subprotocol.rule.js';
import { UPGRADE_RULES, type UpgradeRule } from './upgrade/upgrade-rule.js';

/** Asked in this order before an upgrade is taken. */
const RULES = [DrainingRule, SubprotocolRule];

export const gatewayProviders: Provider[] = [
  {
    provide: Codecs,
    useFactory: ({ welcome }: CheckedGatewayOptions) => new Codecs({ welcome }),
    inject: [GATEWAY_OPTIONS],
  },
  {
    provide: SOCKET_PATH,
    useFactory: ({ path }: CheckedGatewayOptions) => path,
    inject: [GATEWAY_OPTIONS],
  },
  Liveness,
  Backlog,
  { provide: Authenticator, useClass: GivenAuthenticator },
  Authentication,
  Refusals,
  FirstMessageGate,
  { provide: IdentityRenewal, useClass: Renewal },
  ...RULES,
  { provide: UPGRADE_RULES, useFactory: (...rules: UpgradeRule[]) => rules, inject: RULES },
  PushServer,
  PushWsAdapter,
  GatewayLifecycle,
];
