import type { NodeHandler } from '../../node-handler.js';
import type { Registration } from '../../engine.js';
import type { Departures } from './departures.js';
import type { LocalDecisions } from './local-decisions.js';
import type { GroupStore } from '../channels/group-store.js';
import type { Groups } from '../channels/groups.js';
import {
  BATCH,
  groupsIn,
  type Change,
  type Outcome,
  type PresenceCalls,
} from './presence-calls.js';
import type { Told } from './told.js';

/**
 * Makes Redis and this node agree again on what this node holds in one shard, when the connection
 * was lost, or Redis has taken the node for dead or lost its data.
 */
export class Restoration {
  constructor(
    private readonly node: NodeHandler,
    private readonly calls: PresenceCalls,
    private readonly groups: Groups,
    private readonly store: GroupStore,
    private readonly told: Told,
    private readonly local: LocalDecisions,
    private readonly departures: Departures,
    /** Whether the uid is of this shard. */
    private readonly isOurs: (uid: string) => boolean,
  ) {}

  /**
   * @param pending tells of which connections Redis will hear by itself
   * @throws Refused when it is taken for dead, or the data lost, once more
   */
  async run(pending: () => ReadonlySet<string>): Promise<void> {
    const { isLost, isKnown } = await this.calls.beat(0);
    const ids = pending();
    const held = this.held(ids);
    if (isLost) await this.restoreLost(held);
    else if (!isKnown) this.told.doubt(this.uids());
    await this.restoreHeld(held);
    await this.inBatches(await this.gone(ids), ({ uid }, outcome) => this.wait(uid, outcome));
    this.told.allOver(this.departures.uids());
    this.calls.agree();
  }

  /** What Redis has lost and this node has not. */
  private async restoreLost(held: readonly Change[]): Promise<void> {
    const claims = this.told.claim(this.uids(), this.calls.lastContact());
    this.calls.turn();
    for (let at = 0; at < claims.length; at += BATCH) {
      const batch = claims.slice(at, at + BATCH);
      const ends = await this.calls.claim(batch);
      for (const [i, { uid }] of batch.entries()) this.departures.add(uid, ends[i]);
    }
    await this.restoreMemberships(held);
  }

  /** Uids of this shard that have a connection here. */
  private uids(): string[] {
    return [...this.node.uids()].filter(this.isOurs);
  }

  /** Connections of this shard that this node holds. */
  private held(pending: ReadonlySet<string>): Change[] {
    const held: Change[] = [];
    for (const uid of this.uids()) {
      for (const connectionId of this.node.connectionIdsOf(uid)) {
        if (!pending.has(connectionId)) held.push({ kind: '+', connectionId, uid });
      }
    }
    return held;
  }

  /** What Redis has of this node, and the node has not. */
  private async gone(pending: ReadonlySet<string>): Promise<Change[]> {
    const gone = new Map<string, Registration>();
    for (const one of this.local.gone()) gone.set(one.connectionId, one);
    for await (const one of this.calls.held()) {
      const { connectionId, uid } = one;
      if (this.node.connectionIdsOf(uid).includes(connectionId)) continue;
      if (!pending.has(connectionId)) gone.set(connectionId, one);
    }
    return Array.from(gone.values(), (one) => ({ kind: '-', ...one }));
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
      this.inBatches(held, async ({ uid }, outcome, step) => {
        const groups = groupsIn(outcome);
        await this.groups.hold(groups);
        this.groups.adopt(uid, groups, step);
        this.groups.release(groups);
      }),
    );
  }

  private wait(uid: string, outcome: Outcome): void {
    if (outcome.kind === 'gone') this.departures.add(uid, outcome.ends);
  }

  private async inBatches(
    changes: readonly Change[],
    each: (change: Change, outcome: Outcome, step: number) => Promise<void> | void,
  ): Promise<void> {
    for (let at = 0; at < changes.length; at += BATCH) {
      const batch = changes.slice(at, at + BATCH);
      const { outcomes, step, announce } = await this.calls.place(batch);
      announce();
      for (const [i, change] of batch.entries()) await each(change, outcomes[i], step);
    }
  }
}
