import type { ModulesContainer } from '@nestjs/core';
import type { Type } from '@nestjs/common';
import { findGateways } from './routing/handlers/found-gateways.js';
import { PUSH_PATH } from './routing/handlers/push-gateway.decorator.js';

/**
 * @throws Error when the module is in the application more than once: each would be a system of
 *   its own, and nobody of one could be reached through the other
 */
export function checkOnlyOne(modules: ModulesContainer, pushModule: Type): void {
  const count = [...modules.values()].filter(({ metatype }) => metatype === pushModule).length;
  if (count === 1) return;
  throw new Error(
    `PushModule is in this application ${count} times: import forRoot() or forRootAsync() once, in ` +
      'the root module. It is global, so ConnectionRegistryService can be injected everywhere ' +
      'without another import.',
  );
}

/** @throws Error when a gateway waits for the sockets of a module that has none */
export function checkNoGateway(modules: ModulesContainer): void {
  const lost = findGateways(modules).find(({ path }) => path === PUSH_PATH);
  if (lost === undefined) return;
  throw new Error(
    `${lost.metatype.name} is a @PushGateway(), and PushModule has the option gateway: false, so ` +
      'there is no push socket: leave one of the two out.',
  );
}

/** The error for `imports: [PushModule]`. */
export function notConfigured(): Error {
  return new Error(
    'PushModule is imported without options: write PushModule.forRoot({ … }) or ' +
      'PushModule.forRootAsync({ … }) in the root module. It is global, other modules need not ' +
      'import it.',
  );
}
