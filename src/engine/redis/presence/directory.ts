import type { Counts, UidPresence } from '../../engine.js';
import { count, living, presenceOf } from '../scripts/index.js';
import type { Shards } from '../servers/shards.js';

/** Uids that one command answers. */
const PAGE = 1_000;

/** Who is online in the whole cluster, as Redis has it. */
export class Directory {
  constructor(private readonly shards: Shards) {}

  async online(uids: readonly string[]): Promise<boolean[]> {
    const online = new Set<string>();
    const asked = Array.from(this.shards.partsOf(uids), async ([shard, ours]) => {
      const scores = await shard.consult(['ZMSCORE', shard.names.uids, ...ours]);
      for (const [i, score] of (scores as unknown[]).entries()) {
        if (score !== null) online.add(ours[i]);
      }
    });
    await Promise.all(asked);
    return uids.map((uid) => online.has(uid));
  }

  async presence(uid: string): Promise<UidPresence> {
    const answer = await this.shards.of(uid).consultBy(presenceOf, [uid]);
    const [online, seq] = answer as [number, number];
    return { online: online === 1, seq };
  }

  async counts(): Promise<Counts> {
    const all = await Promise.all(this.shards.all.map((shard) => shard.consultBy(count, [])));
    const sum: Counts = { connections: 0, uids: 0, nodes: 0 };
    for (const [connections, uids, nodes] of all as [number, number, number][]) {
      sum.connections += connections;
      sum.uids += uids;
      sum.nodes = Math.max(sum.nodes, nodes);
    }
    return sum;
  }

  async nodes(): Promise<string[]> {
    const all = await Promise.all(this.shards.all.map((shard) => shard.consultBy(living, [])));
    return [...new Set((all as string[][]).flat())];
  }

  /** In the order in which they came online, shard by shard: who comes meanwhile is not among them. */
  async *uids(): AsyncIterable<readonly string[]> {
    for (const shard of this.shards.all) {
      const end =
        ((await shard.consult(['HGET', shard.names.state, 'seq'])) as string | null) ?? '0';
      let after = '(0';
      for (;;) {
        const range = [after, end, 'BYSCORE', 'LIMIT', '0', String(PAGE), 'WITHSCORES'];
        const reply = await shard.consult(['ZRANGE', shard.names.uids, ...range]);
        const page = reply as [uid: string, at: number][];
        if (page.length > 0) yield page.map(([uid]) => uid);
        if (page.length < PAGE) break;
        after = `(${page[page.length - 1][1]}`;
      }
    }
  }
}
