import type { Undelivered } from '../../../history/history.js';
import { claim, done, keep } from '../scripts/history/index.js';
import type { Shard } from '../servers/shard.js';
import { keptIn, readEntry } from './kept-entry.js';
import type { Store } from './store.js';

/** Messages per script that are handed over or kept. */
const CHUNK = 100;

/** Undelivered messages: who asks for them gets them for a time. */
export class Claims {
  /** The shard that is asked first, another one each time: none waits for the others to be empty. */
  private next = 0;

  constructor(private readonly store: Store) {}

  /** Asks all shards at once for their share, and those for more that may have it. */
  async claim(limit: number): Promise<Undelivered[]> {
    const { all } = this.store.shards;
    const asked = Array.from({ length: Math.min(limit, all.length) }, (_, i) => {
      return all[(this.next + i) % all.length];
    });
    this.next = (this.next + asked.length) % all.length;
    const share = Math.floor(limit / asked.length);
    const parts = await Promise.all(asked.map((shard) => this.claimIn(shard, share)));
    const claimed = parts.flat();
    for (const [i, shard] of asked.entries()) {
      if (parts[i].length < share || claimed.length >= limit) continue;
      claimed.push(...(await this.claimIn(shard, limit - claimed.length)));
    }
    return claimed;
  }

  async keep(claimed: readonly Undelivered[]): Promise<void> {
    const lease = String(this.store.options.undeliveredLease);
    await this.store.runForAll(claimed, CHUNK, async (shard, some) => {
      await this.store.run(shard, keep, [lease, ...some.flatMap(namesOf)]);
    });
  }

  async done(claimed: readonly Undelivered[]): Promise<void> {
    await this.store.runForAll(claimed, CHUNK, async (shard, some) => {
      await this.store.run(shard, done, some.flatMap(namesOf));
    });
  }

  private async claimIn(shard: Shard, limit: number): Promise<Undelivered[]> {
    const lease = String(this.store.options.undeliveredLease);
    const reply = (await this.store.run(shard, claim, [lease, String(limit)])) as string[];
    const claimed: Undelivered[] = [];
    for (let i = 0; i < reply.length; i += 2) {
      claimed.push({ uid: reply[i], ...keptIn(readEntry(reply[i + 1])) });
    }
    return claimed;
  }
}

function namesOf({ uid, message }: Undelivered): string[] {
  const { epoch, offset } = message.position!;
  return [epoch, String(offset), uid];
}
