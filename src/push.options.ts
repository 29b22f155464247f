import type { FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import {
  checkPushHistoryOptions,
  DELIVERY_OPTIONS,
  deliveryOptions,
  type DeliveryOptions,
} from './delivery/delivery.options.js';
import { ENGINE_OPTIONS, engineOptions, type EngineOptions } from './engine/engine.options.js';
import { GATEWAY_OPTIONS, gatewayOptions, type GatewayOptions } from './gateway/gateway.options.js';
import { checkOption, checkOptions } from './options/check-options.js';
import type { Option, OptionTable } from './options/option-table.js';
import {
  REGISTRY_OPTIONS,
  registryOptions,
  type RegistryOptions,
} from './registry/registry.options.js';
import type { UidGateway } from './routing/handlers/uid.gateway.js';
import { ROUTING_OPTIONS, routingOptions, type RoutingOptions } from './routing/routing.options.js';

/** The options of each room: what they may be, and where they are injected once they are checked. */
export const ROOMS = [
  { table: gatewayOptions, token: GATEWAY_OPTIONS },
  { table: routingOptions, token: ROUTING_OPTIONS },
  { table: registryOptions, token: REGISTRY_OPTIONS },
  { table: deliveryOptions, token: DELIVERY_OPTIONS },
  { table: engineOptions, token: ENGINE_OPTIONS },
];

/** Everything that can be set. Times are milliseconds, sizes are bytes. */
export interface PushModuleOptions
  extends GatewayOptions, RoutingOptions, DeliveryOptions, RegistryOptions, EngineOptions {
  /**
   * False for a process without sockets: a worker or a cron job that only sends. A subclass of
   * `UidGateway` to put guards, interceptors or pipes before the module's own events.
   *
   * @default UidGateway
   */
  gateway?: false | Type<UidGateway>;
}

export interface PushOptionsFactory {
  createPushOptions(): PushModuleOptions | Promise<PushModuleOptions>;
}

export interface PushModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** As in the options: it decides what is built, so it can't come from the factory. */
  gateway?: PushModuleOptions['gateway'];
  useFactory?: FactoryProvider<PushModuleOptions | Promise<PushModuleOptions>>['useFactory'];
  inject?: FactoryProvider['inject'];
  useClass?: Type<PushOptionsFactory>;
  useExisting?: Type<PushOptionsFactory>;
}

const OWNER = 'PushModule';

const GATEWAY: Option<PushModuleOptions['gateway']> = {
  rule: {
    allowed: 'false, or a subclass of UidGateway',
    accepts: (value) => value === false || typeof value === 'function',
  },
};

const TABLE = Object.fromEntries([
  ['gateway', GATEWAY],
  ...ROOMS.flatMap(({ table }) => Object.entries(table)),
]) as OptionTable<PushModuleOptions>;

/** Where the options of all rooms together are injected. */
export const PUSH_OPTIONS = Symbol('PushModuleOptions');

/** @throws Error that names the option, what was given and what is allowed */
export function checkPushOptions(given: PushModuleOptions): PushModuleOptions {
  const checked = checkOptions(OWNER, TABLE, given);
  if (checked.gateway !== false && checked.authenticator === undefined) throw noAuthenticator();
  if (checked.history !== undefined) checkPushHistoryOptions(checked.history);
  return checked;
}

/** @throws Error as `checkPushOptions` */
export function checkGateway(given: PushModuleOptions['gateway']): PushModuleOptions['gateway'] {
  return checkOption(OWNER, 'gateway', GATEWAY, given);
}

function noAuthenticator(): Error {
  return new Error(
    `${OWNER}: option "authenticator" is missing. Give new JwtAuthenticator({ secret }) for JSON ` +
      'Web Tokens, a class of your own that extends Authenticator, or new TrustUidAuthenticator() ' +
      'for a demo in which every client is believed; or gateway: false for a process without sockets.',
  );
}
