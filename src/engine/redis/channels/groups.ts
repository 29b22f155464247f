import type { NodeHandler } from '../../node-handler.js';
import type { Shards } from '../servers/shards.js';
import { Memberships } from './memberships.js';

/**
 * Groups as far as this node holds connections in them: it listens on the channel of such a group,
 * and knows of each uid here which groups it is a member of.
 */
export class Groups {
  private readonly memberships = new Memberships();
  /** Groups that connections are about to join, and how many. */
  private readonly awaited = new Map<string, number>();

  constructor(
    private readonly shards: Shards,
    private readonly node: NodeHandler,
  ) {}

  of(uid: string): readonly string[] {
    return this.memberships.of(uid);
  }

  /** The uid has no connection here any more. */
  forgetUid(uid: string): void {
    const groups = this.of(uid);
    this.memberships.forget(uid);
    for (const group of groups) void this.tidy(group);
  }

  /** Runs what asks the store for the groups of these uids, and adopts them. */
  async asking(uids: readonly string[], run: () => Promise<void>): Promise<void> {
    for (const uid of uids) this.memberships.ask(uid);
    try {
      await run();
    } finally {
      for (const uid of uids) this.memberships.settle(uid);
    }
  }

  /** The store has changed a membership. Answers when this node goes by it: whether a uid is here. */
  async change(
    uids: readonly string[],
    group: string,
    isMember: boolean,
    step: number,
  ): Promise<boolean> {
    const here = uids.filter((uid) => this.node.connectionIdsOf(uid).length > 0);
    for (const uid of here) {
      if (!this.memberships.hear(uid, group, isMember, step)) continue;
      if (isMember) this.node.joinGroup({ kind: 'uid', uid }, group);
      else this.node.leaveGroup({ kind: 'uid', uid }, group);
    }
    await this.follow(group);
    return here.length > 0;
  }

  /**
   * Puts all connections of the uid that are here into the groups that the store had at a step,
   * with what has changed since, and into no others.
   */
  adopt(uid: string, groups: readonly string[], step: number): void {
    const member = { kind: 'uid', uid } as const;
    for (const group of this.memberships.adopt(uid, groups, step)) {
      this.node.leaveGroup(member, group);
      void this.tidy(group);
    }
    this.enter(uid);
  }

  /** Puts all connections of the uid that are here into its groups, as far as this node knows. */
  enter(uid: string): void {
    for (const group of this.of(uid)) this.node.joinGroup({ kind: 'uid', uid }, group);
  }

  /** Listens, or no longer, as connections here are in the group or not; resolves when that is so. */
  async follow(group: string): Promise<void> {
    if (this.node.hasGroup(group)) await this.listen(group);
    else await this.tidy(group);
  }

  private async listen(group: string): Promise<void> {
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
      void this.tidy(group);
    }
  }

  /** Stops listening for a group in which no connection is; resolves when it has. */
  async tidy(group: string): Promise<void> {
    if (this.awaited.has(group) || this.node.hasGroup(group)) return;
    const { subscriptions, names } = this.shards.of(group);
    await subscriptions.drop(names.group(group));
  }
}
