import type { FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import {
  checkPushHistoryOptions,
  DELIVERY_OPTIONS,
  deliveryOptions,
  type DeliveryOptions,
} from './delivery/delivery.options.js';
import { ENGINE_OPTIONS, engineOptions, type EngineOptions } from './engine/engine.options.js';
import { GATEWAY_OPTIONS, gatewayOptions, type GatewayOptions } from './gateway/gateway.options.js';
import {
  checkBeside,
  checkFromFactory,
  checkOption,
  checkOptions,
} from './options/check-options.js';
import type { Option, OptionTable } from './options/option-table.js';
import {
  REGISTRY_OPTIONS,
  registryOptions,
  type RegistryOptions,
} from './registry/registry.options.js';
import { UidGateway } from './routing/handlers/uid.gateway.js';
import { ROUTING_OPTIONS, routingOptions, type RoutingOptions } from './routing/routing.options.js';
import {
  WATCHING_OPTIONS,
  watchingOptions,
  type WatchingOptions,
} from './watching/watching.options.js';

/** The options of each room: what they may be, and where they are injected once they are checked. */
export const ROOMS = [
  { table: gatewayOptions, token: GATEWAY_OPTIONS },
  { table: routingOptions, token: ROUTING_OPTIONS },
  { table: registryOptions, token: REGISTRY_OPTIONS },
  { table: deliveryOptions, token: DELIVERY_OPTIONS },
  { table: watchingOptions, token: WATCHING_OPTIONS },
  { table: engineOptions, token: ENGINE_OPTIONS },
];

/** Everything that can be set. Times are milliseconds, sizes are bytes. */
export interface PushModuleOptions
  extends
    GatewayOptions,
    RoutingOptions,
    DeliveryOptions,
    WatchingOptions,
    RegistryOptions,
    EngineOptions {
  /**
   * False for a process without sockets: a worker or a cron job that only sends. A subclass of
   * `UidGateway` to put guards, interceptors or pipes before the module's own events.
   *
   * @default UidGateway
   */
  gateway?: false | Type<UidGateway> | undefined;
}

/** What a factory makes: `gateway` decides what Nest builds, before any factory runs. */
export type MadePushModuleOptions = Omit<PushModuleOptions, 'gateway'>;

/** A class that makes the options: for `useClass`, and `useExisting`. */
export interface PushOptionsFactory {
  /** Called once, when the application starts. */
  createPushOptions(): MadePushModuleOptions | Promise<MadePushModuleOptions>;
}

/** Options that are only known at start: exactly one of `useFactory`, `useClass`, `useExisting`. */
export interface PushModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** As in the options: it decides what is built, so it can't come from the factory. */
  gateway?: PushModuleOptions['gateway'] | undefined;
  /** Makes the options, of what `inject` names. */
  useFactory?:
    | FactoryProvider<MadePushModuleOptions | Promise<MadePushModuleOptions>>['useFactory']
    | undefined;
  /** What the factory is called with. */
  inject?: FactoryProvider['inject'] | undefined;
  /** A class that Nest constructs, of which the options come. */
  useClass?: Type<PushOptionsFactory> | undefined;
  /** The same of an instance that Nest has already. */
  useExisting?: Type<PushOptionsFactory> | undefined;
}

const OWNER = 'PushModule';

const GATEWAY: Option<PushModuleOptions['gateway']> = {
  rule: {
    allowed: 'false, or a subclass of UidGateway',
    accepts: (value) => value === false || isUidGateway(value),
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
  if (checked.gateway === false && (checked.engine?.isSolitary ?? checked.engine === undefined)) {
    throw nobodyToReach();
  }
  return checked;
}

const MAKERS = ['useFactory', 'useClass', 'useExisting'] as const;

/**
 * Checks what `forRootAsync` is given; what its factory makes is checked when it is made.
 *
 * @throws Error as `checkPushOptions`
 */
export function checkAsyncOptions(given: PushModuleAsyncOptions): void {
  const known = ['imports', 'inject', 'gateway', ...MAKERS];
  checkBeside(OWNER, known, given);
  const makers = MAKERS.filter((name) => given[name] !== undefined);
  if (makers.length !== 1) {
    throw new Error(
      `${OWNER}.forRootAsync needs exactly one of ${MAKERS.join(', ')}; given: ` +
        `${makers.join(' and ') || 'none'}.`,
    );
  }
  // It decides what Nest builds, so it is looked at before Nest does.
  checkOption(OWNER, 'gateway', GATEWAY, given.gateway);
}

/** @throws Error when a factory made no options, or one that it cannot decide */
export function checkMade(made: unknown): MadePushModuleOptions {
  return checkFromFactory(OWNER, made, ['gateway']);
}

function isUidGateway(value: unknown): boolean {
  if (typeof value !== 'function') return false;
  return value === UidGateway || value.prototype instanceof UidGateway;
}

function nobodyToReach(): Error {
  return new Error(
    `${OWNER}: with gateway: false and the memory engine nobody can be reached: this process has no ` +
      'sockets, and the engine knows no other. Give it the engine of the processes that have them, ' +
      'such as new RedisEngine({ url }).',
  );
}

function noAuthenticator(): Error {
  return new Error(
    `${OWNER}: option "authenticator" is missing. Give new JwtAuthenticator({ secret }) for JSON ` +
      'Web Tokens, a class of your own that extends Authenticator, or new TrustUidAuthenticator() ' +
      'for a demo in which every client is believed; or gateway: false for a process without sockets.',
  );
}
