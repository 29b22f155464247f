import type { NodeHandler } from '../../node-handler.js';
import type { Shards } from '../servers/shards.js';

const NONE: readonly string[] = [];

/**
 * Groups as far as this node holds connections in them: it listens on the channel of such a group,
 * and knows of each uid here which groups it is a member of, should Redis lose that.
 */
export class Groups {
  /** Groups of the uids that have a connection here. */
  private readonly byUid = new Map<string, Set<string>>();
  /** Groups that connections are about to join, and how many. */
  private readonly awaited = new Map<string, number>();

  constructor(
    private readonly shards: Shards,
    private readonly node: NodeHandler,
  ) {}

  of(uid: string): readonly string[] {
    const groups = this.byUid.get(uid);
    return groups === undefined ? NONE : [...groups];
  }

  remember(uid: string, group: string): void {
    const groups = this.byUid.get(uid);
    if (groups === undefined) this.byUid.set(uid, new Set([group]));
    else groups.add(group);
  }

  forget(uid: string, group: string): void {
    const groups = this.byUid.get(uid);
    if (groups?.delete(group) && groups.size === 0) this.byUid.delete(uid);
  }

  /** The uid has no connection here any more. */
  forgetUid(uid: string): void {
    this.byUid.delete(uid);
  }

  forgetGroup(group: string): void {
    for (const uid of [...this.byUid.keys()]) this.forget(uid, group);
  }

  /** Resolves when this node gets what is sent to the group. */
  async listen(group: string): Promise<void> {
    const { subscriptions, names } = this.shards.of(group);
    await subscriptions.want(names.group(group));
  }

  /** Listens for connections that are about to join, until `release`. */
  async hold(groups: readonly string[]): Promise<void> {
    for (const group of groups) this.awaited.set(group, (this.awaited.get(group) ?? 0) + 1);
    // A server that is away makes good for it when it is back.
    await Promise.allSettled(groups.map((group) => this.listen(group)));
  }

  release(groups: readonly string[]): void {
    for (const group of groups) {
      const left = this.awaited.get(group)! - 1;
      if (left > 0) this.awaited.set(group, left);
      else this.awaited.delete(group);
      this.tidy(group);
    }
  }

  /** Stops listening for a group in which no connection is. */
  tidy(group: string): void {
    if (this.awaited.has(group) || this.node.hasGroup(group)) return;
    const { subscriptions, names } = this.shards.of(group);
    void subscriptions.drop(names.group(group));
  }

  /** Puts right what has changed while this node did not hear of it. */
  async adopt(uid: string, groups: readonly string[]): Promise<void> {
    const member = { kind: 'uid', uid } as const;
    for (const group of this.of(uid)) {
      if (groups.includes(group)) continue;
      this.forget(uid, group);
      this.node.leaveGroup(member, group);
      this.tidy(group);
    }
    for (const group of groups) {
      this.remember(uid, group);
      this.node.joinGroup(member, group);
    }
    await Promise.allSettled(groups.map((group) => this.listen(group)));
  }

  /** Makes the uid a member in Redis. */
  async write(uid: string, groups: readonly string[]): Promise<void> {
    const home = this.shards.of(uid);
    await Promise.all([
      home.send(['SADD', home.names.groupsOf(uid), ...groups]),
      ...groups.map((group) => {
        const shard = this.shards.of(group);
        return shard.send(['SADD', shard.names.membersOf(group), uid]);
      }),
    ]);
  }

  /** Takes the uid out of the group in Redis. */
  async erase(uid: string, group: string): Promise<void> {
    const [home, shard] = [this.shards.of(uid), this.shards.of(group)];
    await Promise.all([
      home.send(['SREM', home.names.groupsOf(uid), group]),
      shard.send(['SREM', shard.names.membersOf(group), uid]),
    ]);
  }

  /** Takes everyone out of the group in Redis. */
  async eraseAll(group: string): Promise<void> {
    const shard = this.shards.of(group);
    for (;;) {
      const some = (await shard.send([
        'SRANDMEMBER',
        shard.names.membersOf(group),
        '500',
      ])) as string[];
      if (some.length === 0) return;
      // Whoever fails in between leaves members that can be taken out again.
      await Promise.all(some.map((uid) => this.erase(uid, group)));
    }
  }

  /** The uids that are members, in batches. */
  async *members(group: string): AsyncIterable<readonly string[]> {
    const shard = this.shards.of(group);
    let cursor = '0';
    do {
      const key = shard.names.membersOf(group);
      const reply = await shard.send(['SSCAN', key, cursor, 'COUNT', '1000']);
      const [next, uids] = reply as [string, string[]];
      yield uids;
      cursor = next;
    } while (cursor !== '0');
  }
}
