import type { FactoryProvider, Provider } from '@nestjs/common';
import {
  checkGateway,
  checkPushOptions,
  PUSH_OPTIONS,
  ROOMS,
  type PushModuleAsyncOptions,
  type PushModuleOptions,
  type PushOptionsFactory,
} from './push.options.js';

const MADE_OPTIONS = Symbol('MadeOptions');

/** Each room sees its own options only. */
const ROOM_OPTIONS: Provider[] = ROOMS.map(({ token }) => ({
  provide: token,
  useExisting: PUSH_OPTIONS,
}));

/** @throws Error that names a broken option, what was given and what is allowed */
export function optionsProviders(given: PushModuleOptions): Provider[] {
  return [{ provide: PUSH_OPTIONS, useValue: checkPushOptions(given) }, ...ROOM_OPTIONS];
}

/** The same with options that are made, and checked, when the application starts. */
export function asyncOptionsProviders(options: PushModuleAsyncOptions): Provider[] {
  // It decides what Nest builds, so it is looked at before Nest does.
  checkGateway(options.gateway);
  return [...makersOf(options), checkedOptions(options.gateway), ...ROOM_OPTIONS];
}

function makersOf(options: PushModuleAsyncOptions): Provider[] {
  const { useFactory, inject, useClass, useExisting } = options;
  if (useFactory !== undefined) return [{ provide: MADE_OPTIONS, useFactory, inject }];
  const factory = useClass ?? useExisting;
  if (factory === undefined) {
    throw new Error('PushModule.forRootAsync needs useFactory, useClass or useExisting.');
  }
  const made: FactoryProvider = {
    provide: MADE_OPTIONS,
    useFactory: (maker: PushOptionsFactory) => maker.createPushOptions(),
    inject: [factory],
  };
  return useClass === undefined ? [made] : [useClass, made];
}

function checkedOptions(gateway: PushModuleOptions['gateway']): FactoryProvider {
  return {
    provide: PUSH_OPTIONS,
    // What forRootAsync says of the gateway was needed before its factory ran, so it wins.
    useFactory: (made: PushModuleOptions) =>
      checkPushOptions(gateway === undefined ? made : { ...made, gateway }),
    inject: [MADE_OPTIONS],
  };
}
