import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import {
  checkBeside,
  checkFromFactory,
  checkOption,
  checkOptions,
} from '../options/check-options.js';
import { describeKind } from '../options/describe.js';
import type { Checked, OptionTable } from '../options/option-table.js';
import { whole } from '../options/rules.js';

/** Options of the HTTP push API. */
export interface PushApiModuleOptions {
  /**
   * Keys that callers send as `Authorization: Bearer <key>`, without spaces. Several are there for
   * rotation: add the new one, move the callers, take the old one away. With none the API is
   * closed: every request answers 401.
   */
  apiKeys: string[];

  /**
   * Where the API is, behind the application's global prefix.
   *
   * @default 'push'
   */
  path?: string | undefined;

  /**
   * Decorators that each route of the API gets: what opens it to a global guard of yours, for
   * example `[Public()]` or `[SetMetadata('isPublic', true)]`. The API's own keys are asked for
   * all the same.
   */
  decorators?: MethodDecorator[] | undefined;

  /**
   * Largest body of a request, counted after decompression. The limits of the application's
   * other routes stay as they are. On an HTTP adapter that is neither Express nor Fastify the
   * adapter's own limit holds.
   *
   * @default 1_048_576 bytes
   */
  bodyLimit?: number | undefined;
}

/** Options that are only known at start. */
export interface PushApiModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** As in the options: routes are declared before the factory runs, so it stands here. */
  path?: PushApiModuleOptions['path'] | undefined;
  /** As in the options, and here for the same reason. */
  decorators?: PushApiModuleOptions['decorators'] | undefined;
  /** Makes the options, of what `inject` names. */
  useFactory: FactoryProvider<
    | Omit<PushApiModuleOptions, 'path' | 'decorators'>
    | Promise<Omit<PushApiModuleOptions, 'path' | 'decorators'>>
  >['useFactory'];
  inject?: FactoryProvider['inject'] | undefined;
}

/** What stands beside a factory, and what it makes. */
type RouteOptions = Pick<PushApiModuleOptions, (typeof BESIDE)[number]>;
type MadeOptions = Omit<PushApiModuleOptions, keyof RouteOptions>;

/** What decides the routes, which are declared before a factory runs. */
const BESIDE = ['path', 'decorators'] as const;

/** As errors name it. */
const OWNER = 'PushApiModule';

/** Segments of unreserved characters (RFC 3986): no parameters, no wildcards. */
const PATH = /^\/?[\w.~-]+(\/[\w.~-]+)*\/?$/;
/** What can stand in a header after `Bearer `. */
const KEY = /^[\x21-\x7e]+$/;

const pushApiOptions = {
  path: {
    default: 'push',
    rule: {
      allowed: 'path segments of letters, digits, ".", "_", "~" and "-"',
      accepts: (value) => typeof value === 'string' && PATH.test(value),
    },
  },
  apiKeys: {
    required: true,
    rule: {
      allowed: 'an array of keys, each a string of visible ASCII characters without spaces',
      accepts: (value) => Array.isArray(value) && value.every(isApiKey),
      show: describeKind,
    },
  },
  decorators: {
    rule: {
      allowed: 'an array of method decorators',
      accepts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'function'),
    },
  },
  bodyLimit: { default: 1_048_576, rule: whole('bytes', 1) },
} satisfies OptionTable<PushApiModuleOptions>;

/** Where the checked options are injected. */
export const PUSH_API_OPTIONS = Symbol('PushApiOptions');
export type CheckedPushApiOptions = Checked<PushApiModuleOptions, typeof pushApiOptions>;

/**
 * The path comes back without slashes around it.
 *
 * @throws Error that names the option, what was given (never a key) and what is allowed
 */
export function checkPushApiOptions(options: PushApiModuleOptions): CheckedPushApiOptions {
  const checked = checkOptions(OWNER, pushApiOptions, options);
  return { ...checked, path: withoutSlashes(checked.path) };
}

/**
 * Checks what `forRootAsync` is given; answers what of it stands beside the factory.
 *
 * @throws Error as `checkPushApiOptions`
 */
export function checkAsyncOptions(
  given: PushApiModuleAsyncOptions,
): RouteOptions & { path: string } {
  checkBeside(OWNER, ['imports', ...BESIDE, 'useFactory', 'inject'], given);
  if (typeof given.useFactory !== 'function') {
    throw new Error(`${OWNER}.forRootAsync needs useFactory, a function that makes the options.`);
  }
  return checkRouteOptions(given);
}

function checkRouteOptions(given: RouteOptions): RouteOptions & { path: string } {
  const path = checkOption(OWNER, 'path', pushApiOptions.path, given.path);
  const { decorators } = pushApiOptions;
  return {
    path: withoutSlashes(path),
    decorators: checkOption(OWNER, 'decorators', decorators, given.decorators),
  };
}

/**
 * Options that a factory made, with those that stand beside it.
 *
 * @throws Error as `checkPushApiOptions`
 */
export function checkMadeOptions(made: unknown, beside: RouteOptions): CheckedPushApiOptions {
  const options = checkFromFactory<MadeOptions>(OWNER, made, BESIDE);
  return checkPushApiOptions({ ...options, ...beside });
}

function withoutSlashes(path: string): string {
  return path.replace(/^\/|\/$/g, '');
}

function isApiKey(value: unknown): boolean {
  return typeof value === 'string' && KEY.test(value);
}
