import type { PushApiModuleOptions } from './push-api.options.js';

export type CheckedPushApiOptions = Required<Omit<PushApiModuleOptions, 'path'>>;

const DEFAULT_PATH = 'push';
const DEFAULTS = {
  bodyLimit: 1_048_576,
  idempotencyWindow: 600_000,
  idempotencyMaxKeys: 10_000,
};

const MAX_SIZE = 2 ** 31 - 1;
/** Segments of unreserved characters (RFC 3986): no parameters, no wildcards. */
const PATH = /^\/?[\w.~-]+(\/[\w.~-]+)*\/?$/;
/** What can stand in a header after `Bearer `. */
const KEY = /^[\x21-\x7e]+$/;

interface Rule {
  readonly allowed: string;
  holds(value: unknown): boolean;
}

const RULES: Record<keyof CheckedPushApiOptions, Rule> = {
  apiKeys: {
    allowed: 'an array of keys, each a string of visible ASCII characters without spaces',
    holds: (value) =>
      Array.isArray(value) && value.every((key) => typeof key === 'string' && KEY.test(key)),
  },
  bodyLimit: whole('bytes'),
  idempotencyWindow: whole('milliseconds'),
  idempotencyMaxKeys: whole('keys'),
};

/**
 * Fills in the defaults and checks every option.
 *
 * @throws Error that names the option, what was given (never a key) and what is allowed
 */
export function checkPushApiOptions(
  options: Omit<PushApiModuleOptions, 'path'>,
): CheckedPushApiOptions {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(RULES, name)) throw unknownOption(name);
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const checked = { ...DEFAULTS, ...Object.fromEntries(given) } as CheckedPushApiOptions;
  for (const [name, rule] of Object.entries(RULES)) {
    const value: unknown = checked[name as keyof CheckedPushApiOptions];
    if (!rule.holds(value)) throw broken(name, show(value), rule.allowed);
  }
  return checked;
}

/**
 * The path without slashes around it.
 *
 * @throws Error as `checkPushApiOptions`
 */
export function checkPath(path: unknown = DEFAULT_PATH): string {
  if (typeof path === 'string' && PATH.test(path)) return path.replace(/^\/|\/$/g, '');
  const given = typeof path === 'string' ? JSON.stringify(path) : show(path);
  throw broken('path', given, 'path segments of letters, digits, ".", "_", "~" and "-"');
}

function whole(unit: string): Rule {
  return {
    allowed: `a whole number of ${unit} from 1 to ${MAX_SIZE}`,
    holds: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_SIZE,
  };
}

/** What was given; strings and the contents of arrays may be keys, so they are not shown. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length} with a broken key`;
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

function broken(name: string, given: string, allowed: string): Error {
  return new Error(`PushApiModule: option "${name}" is ${given}; allowed is ${allowed}.`);
}

function unknownOption(name: string): Error {
  if (name === 'path') {
    return new Error(
      'PushApiModule: option "path" came from useFactory; allowed is only beside it, in forRootAsync({ path, useFactory }).',
    );
  }
  const known = ['path', ...Object.keys(RULES)].join(', ');
  return new Error(`PushApiModule: there is no option "${name}"; the options are ${known}.`);
}
