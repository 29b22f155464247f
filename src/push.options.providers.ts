import type { FactoryProvider, Provider } from '@nestjs/common';
import { instanceProviders } from './options/application-part.js';
import {
  checkAsyncOptions,
  checkMade,
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
  const options = checkPushOptions(given);
  return [
    { provide: PUSH_OPTIONS, useValue: options },
    ...ROOM_OPTIONS,
    ...instanceProviders(options.authenticator),
  ];
}

/** The same with options that are made, and checked, when the application starts. */
export function asyncOptionsProviders(options: PushModuleAsyncOptions): Provider[] {
  checkAsyncOptions(options);
  return [...makersOf(options), checkedOptions(options.gateway), ...ROOM_OPTIONS];
}

function makersOf(options: PushModuleAsyncOptions): Provider[] {
  const { useFactory, inject, useClass, useExisting } = options;
  if (useFactory !== undefined) return [{ provide: MADE_OPTIONS, useFactory, inject }];
  const factory = (useClass ?? useExisting)!;
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
    useFactory: (made: unknown) =>
      checkPushOptions({ ...checkMade(made), ...(gateway !== undefined && { gateway }) }),
    inject: [MADE_OPTIONS],
  };
}
