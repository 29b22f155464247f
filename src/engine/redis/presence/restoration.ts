import type { NodeHandler } from '../../node-handler.js';
import type { LocalDecisions } from './local-decisions.js';
import type { Departures } from './departures.js';
import type { GroupStore } from '../channels/group-store.js';
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
    private readonly store: GroupStore,
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
    await this.restoreHeld(held);
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
    const byGroup = new Map<string, string[]>();
    for (const uid of new Set(held.map((change) => change.uid))) {
      for (const group of this.groups.of(uid)) {
        const uids = byGroup.get(group);
        if (uids === undefined) byGroup.set(group, [uid]);
        else uids.push(uid);
      }
    }
    const done = Array.from(byGroup, ([group, uids]) => this.store.restore(group, uids));
    await Promise.all(done);
  }

  /** What Redis has of the groups of those who are here is put right for this node. */
  private async restoreHeld(held: readonly Change[]): Promise<void> {
    const uids = held.map(({ uid }) => uid);
    await this.groups.asking(uids, () =>
      this.inBatches(held, async ({ uid }, reply, step) => {
        const groups = groupsIn(reply);
        await this.groups.hold(groups);
        this.groups.adopt(uid, groups, step);
        this.groups.release(groups);
      }),
    );
  }

  private async inBatches(
    changes: readonly Change[],
    each: (change: Change, reply: unknown, step: number) => Promise<void> | void,
  ): Promise<void> {
    for (let at = 0; at < changes.length; at += BATCH) {
      const batch = changes.slice(at, at + BATCH);
      const { replies, step, announce } = await this.calls.place(batch);
      this.local.announced(announce());
      for (const [i, change] of batch.entries()) await each(change, replies[i], step);
    }
  }
}
