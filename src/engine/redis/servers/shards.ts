import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { within } from '../../../protocol/within.js';
import { evictionWarning } from './eviction.js';
import { isReadOnly, Link } from './link.js';
import { ShardNames } from '../names.js';
import type { CheckedRedisOptions } from '../redis.options.js';
import { Shard } from './shard.js';
import { slotOf } from './slot.js';
import type { Endpoint, Topology } from './topology.js';
import { reasonOf, unavailable } from './unavailable.js';

const FIRST_RETRY = 50;
const LAST_RETRY = 1_000;
/** Milliseconds that a node may let pass before it looks whether Redis is back. */
export const LONGEST_PAUSE = LAST_RETRY * 1.5;

/** Who is told how it goes with the shards. */
export interface ShardsListener {
  onMessage(shard: Shard, channel: string, text: string): void;
  /** The shard's server is there again; the shard is up when this has resolved. */
  onUp(shard: Shard): Promise<void>;
  onDown(shard: Shard): void;
}

/** All shards, and the links to their servers, which are made anew whenever they fail. */
export class Shards {
  readonly all: readonly Shard[];
  lastFailure: string | undefined;
  /** Times that this node did not hear for a while what others sent. */
  interruptions = 0;
  /** Of these, because Redis cut it off. */
  cutOff = 0;
  private readonly logger = new Logger('RedisEngine');
  private readonly links = new Map<string, Link>();
  private readonly byBase: ReadonlyMap<string, Shard>;
  private repairing: Promise<void> | undefined;
  private isAway = false;
  /** Servers whose settings were looked at. */
  private readonly looked = new Set<string>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly topology: Topology,
    private readonly options: CheckedRedisOptions,
    private readonly listener: ShardsListener,
  ) {
    const publishing = topology.clustered ? 'SPUBLISH' : 'PUBLISH';
    const onMoved = (shard: Shard, link: Link): void => this.onMoved(shard, link);
    this.all = topology.bases.map((base) => new Shard(new ShardNames(base), publishing, onMoved));
    this.byBase = new Map(this.all.map((shard) => [shard.names.base, shard]));
  }

  /** The shard of a uid, a group or a node. */
  of(name: string): Shard {
    return this.all.length === 1 ? this.all[0] : this.all[slotOf(name) % this.all.length];
  }

  /** The names, cut into those of each shard. */
  partsOf(names: readonly string[]): Map<Shard, string[]> {
    const parts = new Map<Shard, string[]>();
    for (const name of names) {
      const shard = this.of(name);
      const part = parts.get(shard);
      if (part === undefined) parts.set(shard, [name]);
      else part.push(name);
    }
    return parts;
  }

  get down(): number {
    return this.all.filter((shard) => !shard.isUp).length;
  }

  /** Bytes of messages that wait until other nodes have read more. */
  get waiting(): number {
    let sum = 0;
    for (const link of this.links.values()) sum += link.window.waiting;
    return sum;
  }

  /**
   * Connects to every server, and tries again while there is time.
   *
   * @throws PushException UNAVAILABLE when one could not be reached within `startTimeout`
   */
  async start(): Promise<void> {
    this.repair(0);
    await within(this.options.startTimeout, this.repaired()).catch(() => undefined);
    if (this.down === 0) return;
    this.stop();
    const { lastFailure = 'no answer in time' } = this;
    throw unavailable(`Redis did not let this node in (${lastFailure})`);
  }

  stop(): void {
    this.stopping.abort();
    for (const link of [...this.links.values()]) link.close('stopped');
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Connects what is not connected. Rejects when anything of it failed. */
  private async connect(): Promise<void> {
    const endpoints = await this.topology.resolve();
    const missing = new Map<string, { endpoint: Endpoint; shards: Shard[] }>();
    for (const [i, shard] of this.all.entries()) {
      if (shard.isUp) continue;
      const endpoint = endpoints[i];
      // One that takes no changes may have become a replica of another.
      if (shard.link !== undefined && shard.link.name !== endpoint.name) this.leave(shard);
      const entry = missing.get(endpoint.name) ?? { endpoint, shards: [] };
      missing.set(endpoint.name, entry);
      entry.shards.push(shard);
    }
    const done = await Promise.allSettled(
      Array.from(missing.values(), ({ endpoint, shards }) => this.attach(endpoint, shards)),
    );
    this.closeUnused();
    const failure = done.find((result) => result.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  private async attach(endpoint: Endpoint, shards: Shard[]): Promise<void> {
    const link = this.links.get(endpoint.name) ?? (await this.open(endpoint));
    const done = await Promise.allSettled(shards.map((shard) => this.bringUp(shard, link)));
    const failure = done.find((result) => result.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  private async bringUp(shard: Shard, link: Link): Promise<void> {
    try {
      if (shard.link !== link) {
        shard.link = link;
        await shard.subscriptions.restore(link);
      }
      await this.listener.onUp(shard);
      if (shard.link === link) shard.isUp = true;
    } catch (error) {
      // Others may well be served by the same link; and a server that is there carries messages.
      if (shard.link === link) {
        if (isReadOnly(error)) this.listener.onDown(shard);
        else this.leave(shard);
      }
      throw error;
    }
  }

  private leave(shard: Shard): void {
    const { link } = shard;
    shard.link = undefined;
    shard.subscriptions.lose();
    this.lower(shard, 'Redis is away');
    // What waits for this server must not come after what goes to the next.
    link?.window.release();
  }

  private async open({ name, options }: Endpoint): Promise<Link> {
    const { commandTimeout, maxPendingBytes, maxUnreadBytes } = this.options;
    const link = await Link.open({
      name,
      client: options,
      clustered: this.topology.clustered,
      commandTimeout,
      maxPendingBytes,
      maxUnreadBytes,
      onMessage: (from, channel, text) => this.onMessage(from, channel, text),
      onMoved: (from, channel) => {
        const shard = this.ofChannel(channel);
        if (shard !== undefined) this.onMoved(shard, from);
      },
      onCutOff: () => this.cutOff++,
      onReadOnly: (from, why) => this.onReadOnly(from, why),
      onClose: (closed, why) => this.onClose(closed, why),
    });
    void this.lookAt(link);
    if (this.stopped) link.close('stopped');
    if (link.isClosed) throw new Error('the connection ended');
    this.links.set(name, link);
    return link;
  }

  private onMessage(link: Link, channel: string, text: string): void {
    const shard = this.ofChannel(channel);
    // What an old server sent before it lost the slot still comes, unless the new one may have
    // sent something that came after it.
    if (shard === undefined || (shard.link !== link && shard.link !== undefined)) return;
    this.listener.onMessage(shard, channel, text);
  }

  private ofChannel(channel: string): Shard | undefined {
    if (this.all.length === 1) return this.all[0];
    return this.byBase.get(channel.slice(0, channel.indexOf(':', this.baseColon)));
  }

  /** Where the colon after a base is looked for: a cluster's base has one colon of its own. */
  private get baseColon(): number {
    return this.topology.clustered ? this.options.prefix.length + 1 : 0;
  }

  /** Whoever may evict keys is reported, once. */
  private async lookAt(link: Link): Promise<void> {
    if (this.looked.has(link.name)) return;
    this.looked.add(link.name);
    // Whoever may not ask is not told.
    const info = await link.info('memory').catch(() => '');
    const warning = evictionWarning(link.name, info);
    if (warning !== undefined) this.logger.warn(warning);
  }

  /** The server carries messages, and takes no changes: to presence it is away. */
  private onReadOnly(link: Link, why: string): void {
    const trouble = `Redis at ${link.name} takes no changes (${why})`;
    const shards = this.all.filter((shard) => shard.link === link && shard.isUp);
    for (const shard of shards) this.lower(shard, trouble);
    if (this.stopped || shards.length === 0) return;
    this.failed(trouble);
    this.repair();
  }

  private lower(shard: Shard, trouble: string): void {
    shard.isUp = false;
    shard.trouble = trouble;
    this.listener.onDown(shard);
  }

  private onClose(link: Link, why: string): void {
    if (this.links.get(link.name) !== link) return;
    this.links.delete(link.name);
    for (const shard of this.all) if (shard.link === link) this.leave(shard);
    if (this.stopped) return;
    this.interruptions++;
    this.failed(`the connection to ${link.name} ended (${why})`);
    this.repair();
  }

  /** One slot has another server now: the link goes on for the others that it serves. */
  private onMoved(shard: Shard, link: Link): void {
    if (shard.link !== link) return;
    this.leave(shard);
    this.interruptions++;
    this.failed(`a slot of ${link.name} has moved`);
    this.repair();
  }

  private closeUnused(): void {
    for (const [name, link] of this.links) {
      if (this.all.some((shard) => shard.link === link)) continue;
      this.links.delete(name);
      link.close('it serves no slot of ours any more');
    }
  }

  /** Tries until every shard has its server, at first after so many milliseconds. */
  private repair(pause = FIRST_RETRY): void {
    if (this.stopped || this.down === 0) return;
    this.repairing ??= this.tryUntilConnected(pause).finally(() => {
      this.repairing = undefined;
      // A link may have failed after it was the last one that was missing.
      this.repair();
    });
  }

  private async repaired(): Promise<void> {
    while (this.repairing !== undefined) await this.repairing;
  }

  private async tryUntilConnected(pause: number): Promise<void> {
    const { signal } = this.stopping;
    while (this.down > 0) {
      // Nodes that lost the same server must not come back all at the same moment.
      await sleep(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
      if (this.stopped) return;
      await this.connect().catch((error: unknown) => this.failed(whyOf(error)));
      pause = Math.min(Math.max(pause * 2, FIRST_RETRY), LAST_RETRY);
    }
    if (this.isAway) this.logger.log('Redis is back.');
    this.isAway = false;
  }

  /** The log hears of the first failure, until Redis is there again. */
  private failed(why: string): void {
    this.lastFailure = why;
    if (this.isAway || this.stopped) return;
    this.isAway = true;
    this.logger.warn(`Redis is not there: ${why}. Trying again until it is.`);
  }
}

function whyOf(error: unknown): string {
  const why = reasonOf(error);
  return isReadOnly(error) ? `it takes no changes (${reasonOf((error as Error).cause)})` : why;
}
