import { replaceClaim } from './scripts/index.js';
import type { Shards } from './servers/shards.js';

/** Keys that hold a text for a time: REDIS.md, "Keys". */
export class RedisClaims {
  constructor(private readonly shards: Shards) {}

  async claim(key: string, text: string, ttl: number): Promise<string | undefined> {
    const shard = this.shards.of(key);
    const options = ['NX', 'GET', 'PX', String(ttl)];
    const held = await shard.send(['SET', shard.names.once(key), text, ...options]);
    return held === null ? undefined : (held as string);
  }

  async keep(key: string, claimed: string, text: string, ttl: number): Promise<void> {
    await this.shards.of(key).run(replaceClaim, [key, claimed, text, String(ttl)]);
  }

  async release(key: string, claimed: string): Promise<void> {
    await this.shards.of(key).run(replaceClaim, [key, claimed]);
  }
}
