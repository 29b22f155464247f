import type { RedisClientOptions } from 'redis';
import { brokenOption, checkOptions } from '../../options/check-options.js';
import { describeKind } from '../../options/describe.js';
import type { Checked, OptionTable } from '../../options/option-table.js';
import { isListOf, isText, whole } from '../../options/rules.js';
import { isObject } from '../../protocol/is-object.js';

/** Where a server listens. */
export interface RedisAddress {
  host: string;
  port: number;
}

/**
 * Settings of every connection, as node-redis knows them: `socket` (TLS among them), `username`,
 * `password`, `database`, `name`. What decides how a connection is kept (reconnecting, queues,
 * timeouts) is the engine's.
 */
export type RedisConnectionOptions = Pick<
  RedisClientOptions,
  'username' | 'password' | 'credentialsProvider' | 'database' | 'name' | 'socket'
>;

/** Times are milliseconds, sizes are bytes. Give one of `url`, `client`, `cluster`, `sentinel`. */
export interface RedisEngineOptions {
  /** One server: `redis[s]://[[username][:password]@]host[:port][/database]`. */
  url?: string | undefined;

  /** One server; or beside `url`, `cluster` or `sentinel`, settings of every connection. */
  client?: RedisConnectionOptions | undefined;

  /** A Redis Cluster: some of its servers, from which the others are learned. */
  cluster?: { nodes: readonly RedisAddress[] } | undefined;

  /** A master that Sentinels watch: its name, and some of the Sentinels. */
  sentinel?:
    | {
        name: string;
        nodes: readonly RedisAddress[];
        /** Settings of the connections to the Sentinels themselves. */
        client?: RedisConnectionOptions;
      }
    | undefined;

  /**
   * Begins every key and channel. Nodes with the same prefix on the same Redis are one cluster;
   * others never see each other. Channels do not know of `database`: applications that share a
   * server need prefixes of their own. Letters, digits, `.`, `_` and `-`, at most 64.
   *
   * @default 'push'
   */
  prefix?: string | undefined;

  /**
   * A node that ended without a word is forgotten, and its users are offline, at most this long
   * after its last sign of life; it gives one every sixth of it. A node that cannot reach Redis
   * for so long counts as ended until it can again. At least 600.
   *
   * @default 15_000 ms
   */
  leaseTime?: number | undefined;

  /**
   * Redis not answering for this long is Redis being away: every call fails with UNAVAILABLE at
   * the latest then. Also the bound of calls that ask other nodes. At least 30.
   *
   * @default 3_000 ms
   */
  commandTimeout?: number | undefined;

  /**
   * Time for Redis to be there when the application starts: it is tried again and again. Then the
   * start fails.
   *
   * @default 10_000 ms
   */
  startTimeout?: number | undefined;

  /**
   * A uid whose last connection has gone stays online for this long, in `isOnline`, counts and
   * events alike, in case it comes back. The same on every node.
   *
   * @default 0 ms
   */
  offlineDelay?: number | undefined;

  /**
   * Parts into which a Redis Cluster's keys and channels are cut, each whole on one master.
   * Several times the number of masters spreads them evenly. The same on every node, and not
   * to be changed while any runs. Without Redis Cluster there is one part.
   *
   * @default 64 shards
   */
  shards?: number | undefined;

  /**
   * Bytes of calls that may wait for Redis's answer, per server; beyond it calls fail with
   * UNAVAILABLE at once.
   *
   * @default 67_108_864 bytes (64 MiB)
   */
  maxPendingBytes?: number | undefined;

  /**
   * Bytes of messages that may be on their way to other nodes without being read by them, per
   * server; beyond it messages wait, up to `maxPendingBytes` and twice `commandTimeout`. All nodes
   * together should stay below what Redis keeps for a reader: its `client-output-buffer-limit
   * pubsub`, by default 32 MiB, or 8 MiB for 60 seconds.
   *
   * @default 1_048_576 bytes (1 MiB)
   */
  maxUnreadBytes?: number | undefined;
}

/** As errors name it. */
const OWNER = 'RedisEngine';

/** No colon: prefix `a` with the uid `b:c` must not be prefix `a:b` with the uid `c`. */
const PREFIX = /^[\w.-]{1,64}$/;
const DAY = 24 * 60 * 60 * 1_000;

const redisOptions = {
  url: {
    rule: {
      allowed: 'a URL that begins with redis://, rediss:// or unix://',
      accepts: isServerUrl,
      // It may hold a password.
      show: describeKind,
    },
  },
  client: { rule: { allowed: 'an object of settings', accepts: isObject } },
  cluster: {
    rule: {
      allowed: '{ nodes } with a list of { host, port } that is not empty',
      accepts: (value) => isObject(value) && isListOf(isAddress, value.nodes),
    },
  },
  sentinel: {
    rule: {
      allowed: "{ name, nodes } with the master's name and a list of { host, port } not empty",
      accepts: (value) => isObject(value) && isText(value.name) && isListOf(isAddress, value.nodes),
    },
  },
  prefix: {
    default: 'push',
    rule: {
      allowed: '1 to 64 letters, digits, ".", "_" or "-"',
      accepts: (value) => typeof value === 'string' && PREFIX.test(value),
    },
  },
  leaseTime: { default: 15_000, rule: whole('milliseconds', 600, DAY) },
  commandTimeout: { default: 3_000, rule: whole('milliseconds', 30, DAY) },
  startTimeout: { default: 10_000, rule: whole('milliseconds', 1, DAY) },
  offlineDelay: { default: 0, rule: whole('milliseconds', 0, DAY) },
  shards: { default: 64, rule: whole('shards', 1, 1_024) },
  maxPendingBytes: { default: 67_108_864, rule: whole('bytes', 65_536, Infinity) },
  maxUnreadBytes: { default: 1_048_576, rule: whole('bytes', 65_536, Infinity) },
} satisfies OptionTable<RedisEngineOptions>;

export type CheckedRedisOptions = Checked<RedisEngineOptions, typeof redisOptions>;

/** @throws Error that names the option, what was given (never a password) and what is allowed */
export function checkRedisOptions(options: RedisEngineOptions): CheckedRedisOptions {
  const checked = checkOptions(OWNER, redisOptions, options);
  checkServers(checked);
  return checked;
}

const SERVERS = ['url', 'cluster', 'sentinel'] as const;

function checkServers(options: CheckedRedisOptions): void {
  const { client, cluster } = options;
  const servers = SERVERS.filter((name) => options[name] !== undefined);
  if (servers.length > 1 || (servers.length === 0 && client === undefined)) {
    const given = servers.join(' and ') || 'none (is an environment variable not set?)';
    throw new Error(
      `${OWNER}: exactly one of "url", "cluster" and "sentinel" is required, or "client" alone; given: ${given}.`,
    );
  }
  if (cluster !== undefined && client?.database) {
    const allowed = 'settings without one: a Redis Cluster has no databases';
    throw brokenOption(OWNER, 'client', 'an object with "database"', allowed);
  }
}

function isServerUrl(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  return value.startsWith('unix://') || (/^rediss?:\/\//.test(value) && URL.canParse(value));
}

function isAddress(value: unknown): boolean {
  return isObject(value) && isText(value.host) && Number.isInteger(value.port);
}
