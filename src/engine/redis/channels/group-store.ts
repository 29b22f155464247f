import type { NodeHandler } from '../../node-handler.js';
import type { CheckedRedisOptions } from '../redis.options.js';
import { changeMembers, indexed, indexMembers } from '../scripts/index.js';
import type { Shard } from '../servers/shard.js';
import type { Shards } from '../servers/shards.js';
import { encodeChange, type MembershipTask } from './envelope.js';
import type { Questions } from './questions.js';

/** Uids in one step of Redis. */
const BATCH = 500;

/** For how long a change that was decided may be under way to the group's shard, at least. */
const MIN_KEEP = 60_000;

/** One step that changed memberships of a group. */
interface Change {
  readonly task: MembershipTask;
  readonly group: string;
  readonly step: number;
}

/**
 * Who is a member of which group, in Redis. A uid's shard decides, and tells nodes; the group's
 * shard, which may be another one, lists the members, and hears of it afterwards. Should whoever
 * has to tell it fail in between, the others find what it has not heard of.
 */
export class GroupStore {
  private readonly keep: string;
  private sweeper: NodeJS.Timeout | undefined;

  constructor(
    private readonly shards: Shards,
    private readonly node: NodeHandler,
    private readonly questions: Questions,
    private readonly options: CheckedRedisOptions,
  ) {
    this.keep = String(Math.max(MIN_KEEP, options.commandTimeout * 4));
  }

  start(): void {
    // In one shard the two are changed in one step.
    if (this.shards.all.length === 1) return;
    this.sweeper = setInterval(() => {
      // What fails now is found the next time.
      this.sweep().catch(() => undefined);
    }, this.options.leaseTime);
    this.sweeper.unref();
  }

  stop(): void {
    clearInterval(this.sweeper);
  }

  /** Resolves when every node that holds one of the uids goes by it, and the group lists it. */
  async change(task: MembershipTask, group: string, uids: readonly string[]): Promise<void> {
    const listed: Promise<void>[] = [];
    await this.decide(task, group, uids, (one) => listed.push(one));
    await Promise.all(listed);
  }

  /** Has these join again, of which the group may hear later: its shard may be away. */
  async restore(group: string, uids: readonly string[]): Promise<void> {
    await this.decide('join', group, uids, () => undefined);
  }

  /** Takes every uid out of the group. */
  async dissolve(group: string): Promise<void> {
    // Also those of which the group has not heard.
    if (this.shards.all.length > 1) await this.sweep(`${literally(group)}\n*`);
    for await (const uids of this.members(group)) await this.change('leave', group, uids);
  }

  /** The uids that are members, in batches. */
  async *members(group: string): AsyncIterable<readonly string[]> {
    const shard = this.shards.of(group);
    const key = shard.names.membersOf(group);
    let cursor = '0';
    do {
      const reply = await shard.send(['SSCAN', key, cursor, 'COUNT', '1000']);
      const [next, uids] = reply as [string, string[]];
      yield uids;
      cursor = next;
    } while (cursor !== '0');
  }

  /** Resolves when every node that holds one of the uids goes by it; `onList` gets the rest. */
  private async decide(
    task: MembershipTask,
    group: string,
    uids: readonly string[],
    onList: (listed: Promise<void>) => void,
  ): Promise<void> {
    const done: Promise<unknown>[] = [];
    for (const [home, ours] of this.shards.partsOf(uids)) {
      for (let at = 0; at < ours.length; at += BATCH) {
        done.push(this.decideIn(home, task, group, ours.slice(at, at + BATCH), onList));
      }
    }
    await Promise.all(done);
  }

  private decideIn(
    home: Shard,
    task: MembershipTask,
    group: string,
    uids: readonly string[],
    onList: (listed: Promise<void>) => void,
  ): Promise<unknown> {
    const isHome = this.shards.of(group) === home;
    return this.questions.ask(async (replyTo) => {
      const order = encodeChange(this.node.node, { task, group, uids, replyTo });
      const args = [home.publishCommand, task, group, order, isHome ? '1' : '0', ...uids];
      const [step, reached] = (await home.run(changeMembers, args)) as [number, number];
      if (!isHome) {
        const listed = this.list(home, { task, group, step }, uids);
        // Whoever does not wait for it leaves it to the sweeps.
        listed.catch(() => undefined);
        onList(listed);
      }
      return reached;
    });
  }

  /** Tells the group's shard what the uids' has decided, and that one that it has heard. */
  private async list(home: Shard, change: Change, uids: readonly string[]): Promise<void> {
    const { task, group, step } = change;
    const shard = this.shards.of(group);
    await shard.run(indexMembers, [task, group, String(step), this.keep, ...uids]);
    // If this fails, the group is told once more.
    home.run(indexed, [`${task} ${step}`, group, ...uids]).catch(() => undefined);
  }

  /** Tells groups what they have not heard of, whoever was to: those that match. */
  private async sweep(pattern = '*'): Promise<void> {
    await Promise.all(this.shards.all.map((shard) => this.sweepIn(shard, pattern)));
  }

  private async sweepIn(home: Shard, pattern: string): Promise<void> {
    const how = ['MATCH', pattern, 'COUNT', String(BATCH)];
    let cursor = '0';
    do {
      const reply = await home.send(['HSCAN', home.names.unindexed, cursor, ...how]);
      const [next, found] = reply as [string, string[]];
      const told: Promise<void>[] = [];
      for (let i = 0; i < found.length; i += 2) {
        const [group, uid] = found[i].split('\n');
        const [task, step] = found[i + 1].split(' ') as [MembershipTask, string];
        told.push(this.list(home, { task, group, step: Number(step) }, [uid]));
      }
      await Promise.all(told);
      cursor = next;
    } while (cursor !== '0');
  }
}

/** As a pattern of Redis that nothing else matches. */
function literally(name: string): string {
  return name.replace(/[*?[\]\\]/g, '\\$&');
}
