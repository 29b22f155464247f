import type { ConnectionLimit } from './engine/engine.js';
import type { PushModuleOptions } from './push.options.js';

/** Options after the check: what has a default is there. */
export type CheckedPushOptions = typeof DEFAULTS &
  Pick<PushModuleOptions, 'authenticator' | 'gateway' | 'engine' | 'routePolicy' | 'welcome'> & {
    perMessageDeflate: NonNullable<PushModuleOptions['perMessageDeflate']>;
    connectionLimitPolicy: NonNullable<PushModuleOptions['connectionLimitPolicy']>;
  };

const DEFAULTS = {
  path: '/',
  authTimeout: 10_000,
  authenticatorTimeout: 10_000,
  heartbeatInterval: 30_000,
  maxPayload: 65_536,
  maxPendingFrames: 1_024,
  maxBufferedBytes: 4_194_304,
  maxConnectionsPerUid: 0,
  connectionLimitPolicy: 'refuse' as PushModuleOptions['connectionLimitPolicy'],
  perMessageDeflate: false as PushModuleOptions['perMessageDeflate'],
  direct: true,
  closeTimeout: 5_000,
  drainBatchSize: 500,
  drainInterval: 20,
};

/** Timers of Node count in 32 bits. */
const MAX_TIME = 2 ** 31 - 1;
const MAX_SIZE = 2 ** 31 - 1;

interface Rule {
  readonly allowed: string;
  holds(value: unknown): boolean;
}

const RULES: Record<keyof PushModuleOptions, Rule> = {
  authenticator: partWith('authenticate', 'an Authenticator, or a class of one'),
  gateway: {
    allowed: 'false, or a subclass of UidGateway',
    holds: (value) => value === false || typeof value === 'function',
  },
  path: {
    allowed: 'a string that begins with "/"',
    holds: (value) => typeof value === 'string' && /^\/[\x21-\x7e]*$/.test(value),
  },
  engine: partWith('publish', 'an Engine: new MemoryEngine() or new RedisEngine({ … })'),
  routePolicy: partWith('allows', 'a RoutePolicy, or a class of one'),
  authTimeout: whole(1, MAX_TIME, 'milliseconds'),
  authenticatorTimeout: whole(1, MAX_TIME, 'milliseconds'),
  heartbeatInterval: whole(0, MAX_TIME, 'milliseconds'),
  maxPayload: whole(1, MAX_SIZE, 'bytes'),
  maxPendingFrames: whole(1, MAX_SIZE, 'frames'),
  maxBufferedBytes: whole(1, Number.MAX_SAFE_INTEGER, 'bytes'),
  maxConnectionsPerUid: whole(0, MAX_SIZE, 'connections'),
  connectionLimitPolicy: {
    allowed: '"refuse" or "close-oldest"',
    holds: (value) => value === 'refuse' || value === 'close-oldest',
  },
  welcome: {
    allowed: 'a function from the uid to a string',
    holds: (value) => typeof value === 'function',
  },
  perMessageDeflate: {
    allowed: 'true, false, or the options of ws for it',
    holds: (value) => typeof value === 'boolean' || (typeof value === 'object' && value !== null),
  },
  direct: { allowed: 'true or false', holds: (value) => typeof value === 'boolean' },
  closeTimeout: whole(1, MAX_TIME, 'milliseconds'),
  drainBatchSize: whole(1, MAX_SIZE, 'sockets'),
  drainInterval: whole(0, MAX_TIME, 'milliseconds'),
};

/**
 * Fills in the defaults and checks every option.
 *
 * @throws Error that names the option, what was given and what is allowed
 */
export function checkOptions(options: PushModuleOptions): CheckedPushOptions {
  for (const [name, value] of Object.entries(options)) checkOption(name, value);
  if (options.gateway !== false && options.authenticator === undefined) throw noAuthenticator();
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...DEFAULTS, ...Object.fromEntries(given) } as CheckedPushOptions;
}

/** @throws Error as `checkOptions` */
export function checkOption(name: string, value: unknown): void {
  const rule = Object.hasOwn(RULES, name) ? RULES[name as keyof PushModuleOptions] : undefined;
  if (rule === undefined) throw unknownOption(name);
  if (value !== undefined && !rule.holds(value)) {
    throw new Error(`PushModule: option "${name}" is ${show(value)}; allowed is ${rule.allowed}.`);
  }
}

export function limitOf(options: CheckedPushOptions): ConnectionLimit | undefined {
  const { maxConnectionsPerUid: max, connectionLimitPolicy: beyond } = options;
  return max === 0 ? undefined : { max, beyond };
}

function whole(min: number, max: number, unit: string): Rule {
  return {
    allowed: `a whole number of ${unit} from ${min} to ${max}`,
    holds: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  };
}

/** An instance that has the method, or a class whose instances have it. */
function partWith(method: string, allowed: string): Rule {
  return {
    allowed,
    holds(value) {
      const host: unknown = typeof value === 'function' ? value.prototype : value;
      return typeof host === 'object' && host !== null && method in host;
    },
  };
}

/** What was given, without printing an object that may hold secrets. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return `the function ${value.name || 'without a name'}`;
  if (typeof value === 'object' && value !== null) return `an object (${value.constructor?.name})`;
  return String(value);
}

function unknownOption(name: string): Error {
  const known = Object.keys(RULES).join(', ');
  return new Error(`PushModule: there is no option "${name}"; the options are ${known}.`);
}

function noAuthenticator(): Error {
  return new Error(
    'PushModule: option "authenticator" is missing. Give new JwtAuthenticator({ secret }) for JSON ' +
      'Web Tokens, a class of your own that extends Authenticator, or new TrustUidAuthenticator() ' +
      'for a demo in which every client is believed; or gateway: false for a process without sockets.',
  );
}
