import { isObject } from '../../../protocol/is-object.js';
import type { UidPresence } from '../../engine.js';
import type { NodeHandler } from '../../node-handler.js';
import { standing } from '../scripts/index.js';
import type { Shard } from '../servers/shard.js';
import { BATCH } from './presence-calls.js';

/** How a uid stands, as Redis has it: online, the step as of which, and whether that is certain. */
type Standing = [online: number, seq: number, certain: number];

/**
 * Uids of a shard that this node watches. It listens on the channel of each, where the step of
 * Redis that decides a change tells it; and it looks how they stand when it begins, and whenever
 * it may have missed something.
 */
export class Watches {
  /** What the node was told last; null while nothing is known. */
  private readonly known = new Map<string, UidPresence | null>();
  /** Of these something may have been missed, or what is known may yet turn out otherwise. */
  private readonly unsure = new Set<string>();

  constructor(
    private readonly shard: Pick<Shard, 'names' | 'run' | 'subscriptions'>,
    private readonly node: Pick<NodeHandler, 'presenceSeen'>,
    /** Milliseconds for which nothing is certain after a loss of data. */
    private readonly patience: number,
  ) {}

  /** Comes to its end when the node was told how they stand, or it cannot be known now. */
  async watch(uids: readonly string[]): Promise<void> {
    for (const uid of uids) {
      if (this.known.has(uid)) continue;
      this.known.set(uid, null);
      this.unsure.add(uid);
    }
    const unknown = uids.filter((uid) => this.known.get(uid) === null);
    if (unknown.length === 0) return;
    try {
      await this.listen(unknown);
      await this.look(unknown);
    } catch {
      // Looked at again by a beat, or when Redis is back.
    }
  }

  unwatch(uids: readonly string[]): void {
    const { names, subscriptions } = this.shard;
    for (const uid of uids) {
      this.unsure.delete(uid);
      if (this.known.delete(uid)) void subscriptions.drop(names.presence(uid));
    }
    if (this.known.size === 0) void subscriptions.drop(names.watching);
  }

  /**
   * A change was told on the channel of the uid.
   *
   * @throws Error when it is none
   */
  hear(uid: string, text: string): void {
    const change: unknown = JSON.parse(text);
    if (!isPresence(change)) throw new Error('it is no change of presence');
    const known = this.known.get(uid);
    if (known === undefined || (known !== null && change.seq <= known.seq)) return;
    this.unsure.delete(uid);
    this.take(uid, change);
  }

  /** This node and Redis agree again, and until then it may have heard nothing. */
  doubt(): void {
    for (const uid of this.known.keys()) this.unsure.add(uid);
    this.lookAgain();
  }

  /** Looks at what is not certain, if there is anything. */
  lookAgain(): void {
    if (this.unsure.size === 0) return;
    // What fails is done by the next beat, or when Redis is back.
    this.look([...this.unsure]).catch(() => undefined);
  }

  /** Before they are looked at, so that no change falls in between. */
  private async listen(uids: readonly string[]): Promise<void> {
    const { names, subscriptions } = this.shard;
    const channels = [names.watching, ...uids.map((uid) => names.presence(uid))];
    await Promise.all(channels.map((channel) => subscriptions.want(channel)));
  }

  private async look(uids: readonly string[]): Promise<void> {
    for (let at = 0; at < uids.length; at += BATCH) {
      const batch = uids.slice(at, at + BATCH);
      const reply = await this.shard.run(standing, [String(this.patience), ...batch]);
      for (const [i, found] of (reply as Standing[]).entries()) this.found(batch[i], found);
    }
  }

  private found(uid: string, [online, seq, certain]: Standing): void {
    const known = this.known.get(uid);
    if (known === undefined) return;
    const presence = { online: online === 1, seq };
    if (known === null) this.take(uid, presence);
    // What was told stands until it is certain that it does not.
    if (certain === 0) return;
    const wasUnsure = this.unsure.delete(uid);
    if (known === null) return;
    if (seq >= known.seq) this.take(uid, presence);
    // The data is older than what was told: this is told as what came after that.
    else if (wasUnsure) this.take(uid, { ...presence, seq: known.seq + 1 });
  }

  private take(uid: string, presence: UidPresence): void {
    const isChange = this.known.get(uid)?.online !== presence.online;
    this.known.set(uid, presence);
    if (isChange) this.node.presenceSeen(uid, presence.online, presence.seq);
  }
}

function isPresence(value: unknown): value is UidPresence {
  return isObject(value) && typeof value.online === 'boolean' && Number.isSafeInteger(value.seq);
}
