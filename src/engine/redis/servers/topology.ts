import type { RedisClientOptions } from 'redis';
import { askOnce } from './client.js';
import type {
  CheckedRedisOptions,
  RedisAddress,
  RedisConnectionOptions,
} from '../redis.options.js';
import { SLOTS, slotOf } from './slot.js';

/** A server that can be connected to. */
export interface Endpoint {
  /** The same for the same server; for people, too. */
  readonly name: string;
  readonly options: RedisClientOptions;
}

/** Where the shards are. */
export interface Topology {
  /** Redis Cluster, where channels belong to slots (SPUBLISH). */
  readonly clustered: boolean;
  /** Bases of the names of each shard. */
  readonly bases: readonly string[];
  /** The server of each shard, as of now. Rejects when nobody can be asked. */
  resolve(): Promise<readonly Endpoint[]>;
}

export function topologyOf(options: CheckedRedisOptions): Topology {
  if (options.cluster !== undefined) return new ClusterTopology(options, options.cluster.nodes);
  if (options.sentinel !== undefined) return new SentinelTopology(options, options.sentinel);
  return new FixedTopology(options);
}

/** One server that is always where it is. */
class FixedTopology implements Topology {
  readonly clustered = false;
  readonly bases: readonly string[];
  private readonly endpoint: Endpoint;

  constructor({ url, client = {}, prefix }: CheckedRedisOptions) {
    this.bases = [prefix];
    this.endpoint = { name: nameOf(url, client), options: { ...client, url } };
  }

  resolve(): Promise<readonly Endpoint[]> {
    return Promise.resolve([this.endpoint]);
  }
}

/** The master of the moment, as the Sentinels see it. */
class SentinelTopology implements Topology {
  readonly clustered = false;
  readonly bases: readonly string[];

  constructor(
    private readonly options: CheckedRedisOptions,
    private readonly sentinel: NonNullable<CheckedRedisOptions['sentinel']>,
  ) {
    this.bases = [options.prefix];
  }

  async resolve(): Promise<readonly Endpoint[]> {
    const { name, nodes, client = {} } = this.sentinel;
    const command = ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name];
    const { answer } = await askAny<[string, string] | null>(
      nodes,
      client,
      command,
      this.options.commandTimeout,
    );
    if (answer === null) throw new Error(`no Sentinel knows a master called "${name}"`);
    const address = { host: answer[0], port: Number(answer[1]) };
    return [endpointAt(address, this.options.client)];
  }
}

/** `CLUSTER SLOTS`: first slot, last slot, master, replicas. */
type SlotRange = [number, number, ...[host: string | null, port: number, ...unknown[]][]];

/** The masters of a Redis Cluster. */
class ClusterTopology implements Topology {
  readonly clustered = true;
  readonly bases: readonly string[];
  private readonly slots: readonly number[];
  /** Servers that answered, or were named in an answer, before those of the options. */
  private known: readonly RedisAddress[];

  constructor(
    private readonly options: CheckedRedisOptions,
    private readonly seeds: readonly RedisAddress[],
  ) {
    const { prefix, shards } = options;
    this.bases = Array.from({ length: shards }, (_, shard) => `${prefix}:{${shard}}`);
    this.slots = this.bases.map(slotOf);
    this.known = seeds;
  }

  async resolve(): Promise<readonly Endpoint[]> {
    const { client, commandTimeout } = this.options;
    const { answer, from } = await askAny<SlotRange[]>(
      this.known,
      client,
      ['CLUSTER', 'SLOTS'],
      commandTimeout,
    );
    const masters = new Array<RedisAddress | undefined>(SLOTS);
    const named: RedisAddress[] = [];
    for (const [first, last, ...servers] of answer) {
      const addresses = servers.map(([host, port]) => ({ host: host || from.host, port }));
      masters.fill(addresses[0], first, last + 1);
      named.push(...addresses);
    }
    this.known = unique([from, ...named, ...this.seeds]);
    return this.slots.map((slot) => {
      const master = masters[slot];
      if (master === undefined) throw new Error(`no server of the Redis Cluster has slot ${slot}`);
      return endpointAt(master, client);
    });
  }
}

/** Asks one after the other until one answers. */
async function askAny<T>(
  addresses: readonly RedisAddress[],
  client: RedisConnectionOptions | undefined,
  command: string[],
  timeout: number,
): Promise<{ answer: T; from: RedisAddress }> {
  let failure: unknown;
  for (const from of addresses) {
    try {
      const answer = await askOnce<T>(endpointAt(from, client).options, command, timeout / 3);
      return { answer, from };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function endpointAt(address: RedisAddress, client: RedisConnectionOptions = {}): Endpoint {
  const { host, port } = address;
  const socket = { ...client.socket, host, port } as RedisClientOptions['socket'];
  return { name: `${host}:${port}`, options: { ...client, socket } };
}

function unique(addresses: readonly RedisAddress[]): RedisAddress[] {
  return [...new Map(addresses.map((one) => [`${one.host}:${one.port}`, one])).values()];
}

/** Without user and password, for logs and errors. */
function nameOf(url: string | undefined, { socket }: RedisConnectionOptions): string {
  if (url !== undefined && !url.startsWith('unix:')) return new URL(url).host;
  const {
    host = 'localhost',
    port = 6379,
    path,
  } = { ...socket } as Record<string, string | number>;
  return url ?? (path === undefined ? `${host}:${port}` : String(path));
}
