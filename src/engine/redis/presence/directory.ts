import type { Counts } from '../../engine.js';
import { count } from '../scripts/index.js';
import type { Shards } from '../servers/shards.js';

/** Uids that one command answers. */
const PAGE = 1_000;

/** Who is online in the whole cluster, as Redis has it. */
export class Directory {
  constructor(private readonly shards: Shards) {}

  async online(uids: readonly string[]): Promise<boolean[]> {
    const online = new Set<string>();
    const asked = Array.from(this.shards.partsOf(uids), async ([shard, ours]) => {
      const scores = await shard.send(['ZMSCORE', shard.names.uids, ...ours]);
      for (const [i, score] of (scores as unknown[]).entries()) {
        if (score !== null) online.add(ours[i]);
      }
    });
    await Promise.all(asked);
    return uids.map((uid) => online.has(uid));
  }

  async counts(): Promise<Counts> {
    const all = await Promise.all(this.shards.all.map((shard) => shard.run(count, [])));
    const sum: Counts = { connections: 0, uids: 0, nodes: 0 };
    for (const [connections, uids, nodes] of all as [number, number, number][]) {
      sum.connections += connections;
      sum.uids += uids;
      sum.nodes = Math.max(sum.nodes, nodes);
    }
    return sum;
  }

  /** In the order of their bytes, shard by shard: none can come twice. */
  async *uids(): AsyncIterable<readonly string[]> {
    for (const shard of this.shards.all) {
      let after = '-';
      for (;;) {
        const range = [shard.names.uids, after, '+', 'BYLEX', 'LIMIT', '0', String(PAGE)];
        const uids = (await shard.send(['ZRANGE', ...range])) as string[];
        if (uids.length > 0) yield uids;
        if (uids.length < PAGE) break;
        after = `(${uids[uids.length - 1]}`;
      }
    }
  }
}
