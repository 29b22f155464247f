import { sweep } from '../scripts/history/index.js';
import type { Shard } from '../servers/shard.js';
import type { Store } from './store.js';

/** Messages that one script takes out at most. */
const BUDGET = '200';
/** Every node sweeps, so it need not be often. */
const LONGEST = 10_000;

/** Now and then takes out what is too old of uids that nobody asks for. */
export class Sweeper {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly store: Store) {}

  start(): void {
    const interval = Math.min(this.store.options.ttl / 4, LONGEST);
    this.timer = setInterval(() => this.sweep(), interval).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private sweep(): void {
    for (const shard of this.store.shards.all) {
      // While Redis is away there is nothing to sweep; it goes on when it is back.
      this.sweepShard(shard).catch(() => undefined);
    }
  }

  private async sweepShard(shard: Shard): Promise<void> {
    while (this.timer !== undefined) {
      if ((await this.store.run(shard, sweep, [BUDGET])) === 0) return;
    }
  }
}
