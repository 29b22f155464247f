import type { NodeHandler } from '../../node-handler.js';
import type { LocalDecisions } from './local-decisions.js';
import type { Departures } from './departures.js';
import type { Groups } from '../channels/groups.js';
import { BATCH, groupsIn, type Change, type PresenceCalls } from './presence-calls.js';

/**
 * Makes Redis and this node agree again on what this node holds in one shard, when the connection
 * was lost, or Redis has taken the node for dead or lost its data.
 */
export class Restoration {
  /** Names the data in Redis that this node restored last: another one means that it was lost. */
  epoch: string | undefined;

  constructor(
    private readonly node: NodeHandler,
    private readonly calls: PresenceCalls,
    private readonly groups: Groups,
    private readonly local: LocalDecisions,
    private readonly departures: Departures,
    /** Whether the uid is of this shard. */
    private readonly isOurs: (uid: string) => boolean,
  ) {}

  /** `pending` tells of which connections Redis will hear by itself. */
  async run(pending: () => ReadonlySet<string>): Promise<void> {
    const { epoch, missed } = await this.calls.beat(this.epoch, 0);
    this.local.announced(missed);
    const wasLost = this.epoch !== undefined && this.epoch !== epoch;
    const ids = pending();
    const held = this.held(ids, wasLost);
    if (wasLost) await this.restoreMemberships(held);
    await this.inBatches(held, ({ uid }, reply) => this.groups.adopt(uid, groupsIn(reply)));
    const gone = wasLost ? this.goneFromLost() : await this.goneFromKnown(ids);
    await this.inBatches(gone, ({ uid }, ends) => this.departures.add(uid, ends as number));
    this.epoch = epoch;
  }

  /** Connections of this shard that this node holds. */
  private held(pending: ReadonlySet<string>, wasLost: boolean): Change[] {
    const held: Change[] = [];
    for (const uid of this.node.uids()) {
      if (!this.isOurs(uid)) continue;
      for (const connectionId of this.node.connectionIdsOf(uid)) {
        if (pending.has(connectionId)) continue;
        // After a loss everyone seems to be new; who was announced before is not.
        const isNoNews = wasLost && this.local.wasAnnounced({ connectionId, uid });
        held.push({ kind: isNoNews ? '=' : '+', connectionId, uid });
      }
    }
    return held;
  }

  /** What went while Redis was away and lost its data: known to us alone. */
  private goneFromLost(): Change[] {
    return this.local.missing().map((uid) => ({ kind: '?', connectionId: '', uid }));
  }

  /** What Redis has of this node, and the node has not. */
  private async goneFromKnown(pending: ReadonlySet<string>): Promise<Change[]> {
    const gone: Change[] = [];
    for await (const { connectionId, uid } of this.calls.held()) {
      if (pending.has(connectionId)) continue;
      if (this.node.connectionIdsOf(uid).includes(connectionId)) continue;
      gone.push({ kind: '-', connectionId, uid });
    }
    return gone;
  }

  /** Redis has lost the groups of those who are here: we have not. */
  private async restoreMemberships(held: readonly Change[]): Promise<void> {
    const uids = new Set(held.map(({ uid }) => uid));
    const done: Promise<unknown>[] = [];
    for (const uid of uids) {
      const groups = this.groups.of(uid);
      if (groups.length > 0) done.push(this.groups.write(uid, groups));
    }
    await Promise.all(done);
  }

  private async inBatches(
    changes: readonly Change[],
    each: (change: Change, reply: unknown) => Promise<void> | void,
  ): Promise<void> {
    for (let at = 0; at < changes.length; at += BATCH) {
      const batch = changes.slice(at, at + BATCH);
      const { replies, announce } = await this.calls.place(batch);
      this.local.announced(announce());
      for (const [i, change] of batch.entries()) await each(change, replies[i]);
    }
  }
}
