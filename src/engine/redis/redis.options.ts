import type { RedisClientOptions } from 'redis';

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
  url?: string;

  /** One server; or beside `url`, `cluster` or `sentinel`, settings of every connection. */
  client?: RedisConnectionOptions;

  /** A Redis Cluster: some of its servers, from which the others are learned. */
  cluster?: { nodes: readonly RedisAddress[] };

  /** A master that Sentinels watch: its name, and some of the Sentinels. */
  sentinel?: {
    name: string;
    nodes: readonly RedisAddress[];
    /** Settings of the connections to the Sentinels themselves. */
    client?: RedisConnectionOptions;
  };

  /**
   * Begins every key and channel. Nodes with the same prefix on the same Redis are one cluster;
   * others never see each other. Channels do not know of `database`: applications that share a
   * server need prefixes of their own. Letters, digits, `.`, `_` and `-`, at most 64.
   *
   * @default 'push'
   */
  prefix?: string;

  /**
   * A node that ended without a word is forgotten, and its users are offline, at most this long
   * after its last sign of life; it gives one every sixth of it. A node that cannot reach Redis
   * for so long counts as ended until it can again. At least 600.
   *
   * @default 15_000 ms
   */
  leaseTime?: number;

  /**
   * Redis not answering for this long is Redis being away: every call fails with UNAVAILABLE at
   * the latest then. Also the bound of calls that ask other nodes. At least 30.
   *
   * @default 3_000 ms
   */
  commandTimeout?: number;

  /**
   * A uid whose last connection has gone stays online for this long, in `isOnline`, counts and
   * events alike, in case it comes back. The same on every node.
   *
   * @default 0 ms
   */
  offlineDelay?: number;

  /**
   * Parts into which a Redis Cluster's keys and channels are cut, each whole on one master.
   * Several times the number of masters spreads them evenly. The same on every node, and not
   * to be changed while any runs. Without Redis Cluster there is one part.
   *
   * @default 64 shards
   */
  shards?: number;

  /**
   * Bytes of calls that may wait for Redis's answer, per server; beyond it calls fail with
   * UNAVAILABLE at once.
   *
   * @default 67_108_864 bytes (64 MiB)
   */
  maxPendingBytes?: number;
}

export type CheckedRedisOptions = RedisEngineOptions &
  Required<
    Pick<
      RedisEngineOptions,
      'prefix' | 'leaseTime' | 'commandTimeout' | 'offlineDelay' | 'shards' | 'maxPendingBytes'
    >
  >;

const DEFAULTS = {
  prefix: 'push',
  leaseTime: 15_000,
  commandTimeout: 3_000,
  offlineDelay: 0,
  shards: 64,
  maxPendingBytes: 64 * 1024 * 1024,
};

/** No colon: prefix `a` with the uid `b:c` must not be prefix `a:b` with the uid `c`. */
const PREFIX = /^[\w.-]{1,64}$/;
const LONGEST = 24 * 60 * 60 * 1_000;

const KNOWN = new Set(['url', 'client', 'cluster', 'sentinel', ...Object.keys(DEFAULTS)]);

/** @throws Error that names the broken option and what is allowed */
export function checkRedisOptions(options: RedisEngineOptions): CheckedRedisOptions {
  for (const name of Object.keys(options)) {
    if (!KNOWN.has(name)) fail(`there is no option "${name}"; there are ${[...KNOWN].join(', ')}`);
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const checked = { ...DEFAULTS, ...(Object.fromEntries(given) as RedisEngineOptions) };
  checkServers(checked);
  if (typeof checked.prefix !== 'string' || !PREFIX.test(checked.prefix)) {
    fail('"prefix" must be 1 to 64 letters, digits, ".", "_" or "-"');
  }
  checkNumber('leaseTime', checked.leaseTime, 600, LONGEST);
  checkNumber('commandTimeout', checked.commandTimeout, 30, LONGEST);
  checkNumber('offlineDelay', checked.offlineDelay, 0, LONGEST);
  checkNumber('shards', checked.shards, 1, 1_024);
  checkNumber('maxPendingBytes', checked.maxPendingBytes, 65_536, Number.MAX_SAFE_INTEGER);
  return checked;
}

function checkServers({ url, client, cluster, sentinel }: RedisEngineOptions): void {
  const named = [url, cluster, sentinel].filter((option) => option !== undefined).length;
  if (named > 1 || (named === 0 && client === undefined)) {
    fail('give exactly one of "url", "cluster" and "sentinel", or "client" alone');
  }
  if (url !== undefined && !/^(rediss?|unix):\/\//.test(url)) {
    fail('"url" must begin with redis://, rediss:// or unix://');
  }
  if (cluster !== undefined) checkAddresses('cluster.nodes', cluster.nodes);
  if (cluster !== undefined && client?.database) fail('a Redis Cluster has no "client.database"');
  if (sentinel !== undefined) {
    checkAddresses('sentinel.nodes', sentinel.nodes);
    if (typeof sentinel.name !== 'string' || sentinel.name === '') {
      fail('"sentinel.name" must be the name of the master');
    }
  }
}

function checkAddresses(name: string, addresses: unknown): void {
  const isAddress = (address: Partial<RedisAddress> | undefined): boolean =>
    typeof address?.host === 'string' && address.host !== '' && Number.isInteger(address.port);
  if (!Array.isArray(addresses) || addresses.length === 0 || !addresses.every(isAddress)) {
    fail(`"${name}" must be a list of { host, port } with at least one entry`);
  }
}

function checkNumber(name: string, value: unknown, min: number, max: number): void {
  if (!Number.isInteger(value) || Number(value) < min || Number(value) > max) {
    fail(`"${name}" must be a whole number from ${min} to ${max}`);
  }
}

function fail(rule: string): never {
  throw new Error(`RedisEngine: ${rule}.`);
}
