import type { CanActivate, FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import { brokenOption, checkOptions } from '../options/check-options.js';
import { describeKind } from '../options/describe.js';
import type { Checked, OptionTable } from '../options/option-table.js';
import { whole } from '../options/rules.js';

/** Who gets in: exactly one of the two. */
export type PushAdminAccess =
  | {
      /**
       * Keys with which operators sign in on the page, each a string of visible ASCII characters
       * without spaces. With none the view is closed.
       */
      apiKeys: string[];
      guards?: undefined;
    }
  | {
      /**
       * Guards of the application's own, which let an operator's browser in by what it sends by
       * itself, a session cookie for example: each route gets them, the page too. An empty list
       * says that a global guard of the application does it.
       */
      guards: (Type<CanActivate> | CanActivate)[];
      apiKeys?: undefined;
    };

/** The same whoever gets in. */
export interface PushAdminSettings {
  /**
   * Where the view is, behind the application's global prefix. Its socket is at `<path>/socket`.
   *
   * @default 'push-admin'
   */
  path?: string | undefined;

  /**
   * Decorators that each route of the view gets: what opens it to a global guard of yours, for
   * example `[Public()]`, or tells that guard whom to let in, as `[Roles('operator')]` may.
   */
  decorators?: MethodDecorator[] | undefined;

  /**
   * How long an operator's socket stays before it has to show again that it may: the page does
   * that by itself, as long as the key or the guards let it.
   *
   * @default 900_000 milliseconds (15 minutes)
   */
  sessionTime?: number | undefined;
}

/** Options of the operator's view. */
export type PushAdminModuleOptions = PushAdminSettings & PushAdminAccess;

/** Options that are only known at start. */
export interface PushAdminModuleAsyncOptions
  extends Pick<ModuleMetadata, 'imports'>, Pick<PushAdminSettings, 'path' | 'decorators'> {
  /** Makes the keys. Guards are classes, and belong to `forRoot`. */
  useFactory: FactoryProvider<PushAdminKeys | Promise<PushAdminKeys>>['useFactory'];
  inject?: FactoryProvider['inject'] | undefined;
}

/** What a factory makes. */
export interface PushAdminKeys extends Pick<PushAdminSettings, 'sessionTime'> {
  apiKeys: string[];
}

/** As errors name it. */
const OWNER = 'PushAdminModule';

/** Segments of unreserved characters (RFC 3986): no parameters, no wildcards. */
const PATH = /^\/?[\w.~-]+(\/[\w.~-]+)*\/?$/;
/** What can stand in a header after `Bearer `. */
const KEY = /^[\x21-\x7e]+$/;

interface EveryPushAdminOption extends PushAdminSettings {
  apiKeys?: string[] | undefined;
  guards?: (Type<CanActivate> | CanActivate)[] | undefined;
}

const pushAdminOptions = {
  path: {
    default: 'push-admin',
    rule: {
      allowed: 'path segments of letters, digits, ".", "_", "~" and "-"',
      accepts: (value) => typeof value === 'string' && PATH.test(value),
    },
  },
  apiKeys: {
    rule: {
      allowed: 'an array of keys, each a string of visible ASCII characters without spaces',
      accepts: (value) => Array.isArray(value) && value.every(isApiKey),
      show: describeKind,
    },
  },
  guards: {
    rule: {
      allowed: 'an array of guards, classes or instances',
      accepts: (value) => Array.isArray(value) && value.every(isGuard),
    },
  },
  decorators: {
    rule: {
      allowed: 'an array of method decorators',
      accepts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'function'),
    },
  },
  sessionTime: { default: 900_000, rule: whole('milliseconds', 1_000) },
} satisfies OptionTable<EveryPushAdminOption>;

/** Where the checked options are injected. */
export const PUSH_ADMIN_OPTIONS = Symbol('PushAdminOptions');
export type CheckedPushAdminOptions = Checked<EveryPushAdminOption, typeof pushAdminOptions>;

/**
 * The path comes back without slashes around it.
 *
 * @throws Error that names the option, what was given (never a key) and what is allowed
 */
export function checkPushAdminOptions(options: EveryPushAdminOption): CheckedPushAdminOptions {
  const checked = checkOptions(OWNER, pushAdminOptions, options);
  if ((checked.apiKeys === undefined) === (checked.guards === undefined)) {
    const given = checked.apiKeys === undefined ? 'not given, nor is "guards"' : 'beside "guards"';
    throw brokenOption(OWNER, 'apiKeys', given, 'exactly one of the two: who gets in must be said');
  }
  return { ...checked, path: checked.path.replace(/^\/|\/$/g, '') };
}

function isApiKey(value: unknown): boolean {
  return typeof value === 'string' && KEY.test(value);
}

function isGuard(value: unknown): boolean {
  const guard: unknown = typeof value === 'function' ? value.prototype : value;
  return typeof guard === 'object' && guard !== null && 'canActivate' in guard;
}
