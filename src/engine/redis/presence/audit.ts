import type { NodeHandler } from '../../node-handler.js';
import type { GroupStore } from '../channels/group-store.js';
import type { Groups } from '../channels/groups.js';
import { groupsIn, type Change, type PresenceCalls } from './presence-calls.js';

/** Uids that are looked at with one beat, beside those that should be. */
const IN_TURN = 100;
const AT_ONCE = 500;

/**
 * Tells Redis again what it should know, a few uids with each beat, in turn: what it has lost
 * without anybody's noticing, because it was evicted or deleted, it then has again.
 */
export class Audit {
  private turn: Iterator<string> | undefined;
  /** Uids that are to be looked at before it is their turn. */
  private readonly next = new Set<string>();
  /** Uids whose memberships were not there the last time. */
  private readonly suspect = new Set<string>();

  constructor(
    private readonly node: NodeHandler,
    private readonly calls: PresenceCalls,
    private readonly groups: Groups,
    private readonly store: GroupStore,
    /** Whether the uid is of the shard. */
    private readonly isOurs: (uid: string) => boolean,
  ) {}

  /** The uid came while Redis was away, and may be in groups that this node does not know. */
  lookAt(uid: string): void {
    this.next.add(uid);
  }

  /**
   * @param pending connections of which Redis hears by itself
   * @throws Refused
   */
  async run(pending: ReadonlySet<string>): Promise<void> {
    const uids = [...this.pick()];
    const changes = uids.flatMap((uid) => this.changesOf(uid, pending));
    if (changes.length > 0) await this.groups.asking(uids, () => this.tell(changes));
  }

  private async tell(changes: readonly Change[]): Promise<void> {
    const { outcomes, step, announce } = await this.calls.place(changes);
    announce();
    const groups = new Map(changes.map(({ uid }, i) => [uid, groupsIn(outcomes[i])]));
    for (const [uid, found] of groups) await this.compare(uid, found, step);
  }

  private changesOf(uid: string, pending: ReadonlySet<string>): Change[] {
    const ids = this.node.connectionIdsOf(uid).filter((id) => !pending.has(id));
    return ids.map((connectionId) => ({ kind: '+', connectionId, uid }));
  }

  /** Redis has the uid in these groups. */
  private async compare(uid: string, groups: readonly string[], step: number): Promise<void> {
    if (this.node.connectionIdsOf(uid).length === 0) return;
    const known = this.groups.of(uid);
    if (groups.length > 0 || known.length === 0) {
      this.suspect.delete(uid);
      await this.groups.hold(groups);
      this.groups.adopt(uid, groups, step);
      this.groups.release(groups);
    } else if (this.suspect.delete(uid)) {
      for (const group of known) await this.store.restore(group, [uid]);
    } else {
      // It may have left them just now, of which this node is about to hear.
      this.suspect.add(uid);
      this.next.add(uid);
    }
  }

  private pick(): Set<string> {
    const picked = new Set<string>();
    for (const uid of this.next) {
      if (picked.size === AT_ONCE) return picked;
      this.next.delete(uid);
      picked.add(uid);
    }
    this.turn ??= this.node.uids()[Symbol.iterator]();
    for (let i = 0; i < IN_TURN; i++) {
      const { done, value } = this.turn.next() as IteratorResult<string, undefined>;
      if (done) {
        this.turn = undefined;
        return picked;
      }
      if (this.isOurs(value)) picked.add(value);
    }
    return picked;
  }
}
