import type { Link, Tenant } from './link.js';
import { reasonOf, unavailable } from './unavailable.js';

const DONE = Promise.resolve();

/**
 * The channels of one shard that this node listens on. What is wanted is told at once and done
 * in batches: everything of one tick, or of one round trip, is one command.
 */
export class Subscriptions {
  private readonly wanted = new Set<string>();
  /** Channels whose state at the server may not be the wanted one. */
  private changed = new Set<string>();
  private readonly active = new Set<string>();
  /** Channels of which the server is being told. */
  private underway: readonly string[] = [];
  private link: Link | undefined;
  private losses = 0;
  /** Channels that a link may still have of us though our slot has left its server. */
  private readonly left = new WeakMap<Link, ReadonlySet<string>>();
  /** The batch that is under way, and the one that begins after it. */
  private running: Promise<void> = DONE;
  private next: Promise<void> | undefined;

  constructor(private readonly tenant: Tenant) {}

  /** Resolves when the server sends us what comes on the channel. */
  want(channel: string): Promise<void> {
    this.wanted.add(channel);
    if (this.active.has(channel) && !this.changed.has(channel)) return DONE;
    this.changed.add(channel);
    return this.work();
  }

  /** Resolves when nothing comes from the channel any more; never rejects. */
  drop(channel: string): Promise<void> {
    if (!this.wanted.delete(channel)) return DONE;
    this.changed.add(channel);
    // What fails now is put right when the link is back.
    return this.work().catch(() => undefined);
  }

  /** The server is there: resolves when it sends us everything that is wanted. */
  async restore(link: Link): Promise<void> {
    this.link = link;
    this.changed = new Set(this.wanted);
    await this.work();
  }

  /** The server is away, or our slot is no longer there; and with it every subscription. */
  lose(): void {
    const { link, active, changed, wanted, underway } = this;
    if (link !== undefined) {
      const left = this.left.get(link) ?? [];
      this.left.set(link, new Set([...left, ...active, ...changed, ...wanted, ...underway]));
    }
    this.link = undefined;
    this.losses++;
    active.clear();
  }

  /** Resolves when everything that has changed until now is done. */
  private work(): Promise<void> {
    if (this.link === undefined) return Promise.reject(unavailable('Redis is away'));
    return (this.next ??= this.batch());
  }

  private async batch(): Promise<void> {
    await nextTick();
    await this.running.catch(() => undefined);
    this.next = undefined;
    this.running = this.apply();
    return this.running;
  }

  private async apply(): Promise<void> {
    const { link, losses } = this;
    if (link === undefined) throw unavailable('Redis is away');
    const isLost = (): boolean => this.losses !== losses;
    const [added, removed]: [string[], string[]] = [[], []];
    for (const channel of this.changed) {
      if (this.wanted.has(channel) === this.active.has(channel)) continue;
      (this.wanted.has(channel) ? added : removed).push(channel);
    }
    this.changed.clear();
    // From here on nothing may come from these: who wants one again must ask for it again.
    for (const channel of removed) this.active.delete(channel);
    this.underway = [...added, ...removed];
    try {
      await this.clear(link);
      if (isLost()) throw unavailable('the connection to Redis ended');
      await Promise.all([
        link.subscribe(added, this.tenant),
        link.unsubscribe(removed, this.tenant),
      ]);
    } catch (error) {
      // Nothing of this is known to be done now: begin anew, with pauses in between.
      if (!isLost()) link.close(reasonOf(error));
      throw error;
    } finally {
      this.underway = [];
    }
    if (isLost()) throw unavailable('the connection to Redis ended');
    for (const channel of added) this.active.add(channel);
  }

  /**
   * What a link had before our slot went to another server and came back, it takes for what it
   * still has: the word of the server may have been lost among its answers.
   */
  private async clear(link: Link): Promise<void> {
    const left = this.left.get(link);
    if (left === undefined) return;
    await link.unsubscribe([...left], this.tenant);
    // It may have come and gone once more meanwhile: then there is more to clear.
    if (this.left.get(link) === left) this.left.delete(link);
  }
}

function nextTick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
