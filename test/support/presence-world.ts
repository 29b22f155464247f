import { setTimeout as pause } from 'node:timers/promises';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { CuttableProxy } from './cuttable-proxy.js';
import { EngineNode, type FakeSocket } from './engine-node.js';
import { RedisServer } from './redis-server.js';
import { until } from './until.js';

const PREFIX = 'world';
export const NODES = 3;
export const UIDS = 12;
const LEASE_TIME = 1_800;

/** A connection comes, or the one at this place among those that are open goes. */
export type Move =
  | { readonly kind: 'come'; readonly node: number; readonly uid: number }
  | { readonly kind: 'go'; readonly index: number };

/** What happens to Redis, or to the way to it, while users come and go. */
export type Fault =
  | { readonly kind: 'nothing' }
  /** Its process ends, and another one begins without data, or with that of a while ago. */
  | { readonly kind: 'restart'; readonly data: 'none' | 'old' }
  | { readonly kind: 'flush' }
  /** It answers, and takes no changes. */
  | { readonly kind: 'refuse'; readonly why: 'memory' | 'replicas' | 'disk' }
  /** It stands still. */
  | { readonly kind: 'stall' }
  /** A node's cable is cut, or its connections end. */
  | { readonly kind: 'cut'; readonly node: number }
  | { readonly kind: 'sever'; readonly node: number }
  /** A key is not there any more. */
  | { readonly kind: 'evict'; readonly key: string };

/** A fault that lasts for so long, with moves before it, during it and right after it. */
export interface Chapter {
  readonly fault: Fault;
  readonly lasts: number;
  readonly before: readonly Move[];
  readonly during: readonly Move[];
  readonly after: readonly Move[];
}

/** Three nodes with users on a Redis that fails, and what must be true whenever it is over. */
export class PresenceWorld {
  private readonly nodes: EngineNode[] = [];
  private readonly proxies: CuttableProxy[] = [];
  private readonly open: FakeSocket[] = [];
  private readonly coming = new Set<Promise<void>>();

  private constructor(private readonly redis: RedisServer) {}

  static async start(): Promise<PresenceWorld> {
    const world = new PresenceWorld(await RedisServer.start());
    for (let i = 0; i < NODES; i++) {
      const proxy = await CuttableProxy.to(world.redis.port);
      world.proxies.push(proxy);
      const options = { prefix: PREFIX, leaseTime: LEASE_TIME, commandTimeout: 600 };
      world.nodes.push(
        await new EngineNode(new RedisEngine({ url: proxy.url, ...options })).start(),
      );
    }
    // The first watches everyone all the time, the second now and then.
    for (const { engine } of world.nodes.slice(0, 2)) await engine.watch(world.uids);
    return world;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    for (const proxy of this.proxies) proxy.close();
    await this.redis.close();
  }

  async play({ fault, lasts, before, during, after }: Chapter): Promise<void> {
    this.move(before);
    const end = await this.begin(fault);
    this.move(during);
    this.nodes[1].engine.unwatch(this.uids);
    const watching = this.nodes[1].engine.watch(this.uids);
    await pause(lasts);
    await end();
    await watching;
    this.move(after);
  }

  /** Resolves when presence is what it should be, and every event was told. */
  async settle(): Promise<void> {
    await until('nobody waits to be let in', () => this.coming.size === 0);
    await until('all nodes are up', () => this.nodes.every(({ isUp }) => isUp));
    await until('presence is right', () => this.isRight()).catch((error: Error) =>
      this.fail(error.message),
    );
    await until('all was told', () => this.isTold()).catch((error: Error) =>
      this.fail(error.message),
    );
    await until('who watches sees it', () => this.isSeen()).catch((error: Error) =>
      this.fail(`${error.message}\n${this.nodes.map(({ sight }) => sight.join(' ')).join('\n')}`),
    );
  }

  /** What is wrong with the events that were told: nothing, if all is well. */
  faults(): string[] {
    return [...this.faultsOfEvents(), ...this.faultsOfSight()];
  }

  private faultsOfEvents(): string[] {
    return this.uids.flatMap((uid) => {
      const told = this.told(uid);
      const isOnline = this.openOf(uid).length > 0;
      const isBalanced = told.every(({ type }, i) => type === (i % 2 === 0 ? 'online' : 'offline'));
      if (isBalanced && told.length % 2 === (isOnline ? 1 : 0)) return [];
      const list = told.map(({ type, seq, node }) => `${type} ${seq} by ${node}`).join(', ');
      return [`${uid}, who is ${isOnline ? 'online' : 'offline'}: ${list || 'nothing'}`];
    });
  }

  /** Whoever watches all the time is told nothing twice, and in order. */
  private faultsOfSight(): string[] {
    return this.uids.flatMap((uid) => {
      const seen = this.nodes[0].seen.all.filter((one) => one.uid === uid);
      const isBalanced = seen.every(({ online }, i) => i === 0 || online !== seen[i - 1].online);
      const isInOrder = seen.every(({ seq }, i) => i === 0 || seq > seen[i - 1].seq);
      return isBalanced && isInOrder ? [] : [`${uid} was seen as ${JSON.stringify(seen)}`];
    });
  }

  private isSeen(): boolean {
    return this.nodes.slice(0, 2).every(({ seen }) =>
      this.uids.every((uid) => {
        const last = seen.all.findLast((one) => one.uid === uid);
        return last?.online === this.openOf(uid).length > 0;
      }),
    );
  }

  private get uids(): string[] {
    return Array.from({ length: UIDS }, (_, i) => `u${i}`);
  }

  private openOf(uid: string): FakeSocket[] {
    return this.open.filter(({ connection }) => connection.uid === uid);
  }

  /** The events of a uid in their order; one that two nodes told, which may be, is one. */
  private told(uid: string): { type: string; seq: number; node: number }[] {
    const all = this.nodes.flatMap((one, node) =>
      one.changesOf(uid).map(({ type, seq }) => ({ type, seq, node })),
    );
    const bySeq = new Map(all.map((change) => [change.seq, change]));
    return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  }

  private async isRight(): Promise<boolean> {
    const expected = this.uids.map((uid) => this.openOf(uid).length > 0);
    for (const { engine } of this.nodes) {
      const [online, counts] = await Promise.all([engine.online(this.uids), engine.counts()]);
      if (online.some((is, i) => is !== expected[i])) return false;
      if (counts.connections !== this.open.length) return false;
      if (counts.uids !== expected.filter(Boolean).length || counts.nodes !== NODES) return false;
    }
    return true;
  }

  private async isTold(): Promise<boolean> {
    const open = ['unsettled', 'unheard', 'leaving'].map((key) => `${PREFIX}:${key}`);
    return (await this.redis.cli('EXISTS', ...open)) === '0';
  }

  private async fail(why: string): Promise<never> {
    const lines = [why];
    for (const key of (await this.redis.cli('KEYS', `${PREFIX}:*`)).split('\n').sort()) {
      const type = await this.redis.cli('TYPE', key);
      const read = type === 'hash' ? ['HGETALL', key] : ['ZRANGE', key, '0', '-1', 'WITHSCORES'];
      if (type === 'hash' || type === 'zset') {
        lines.push(`${key}: ${(await this.redis.cli(...read)).replaceAll('\n', ' ')}`);
      }
    }
    for (const { local, engine } of this.nodes) {
      const held = [...local.uids()].flatMap((uid) => local.connectionIdsOf(uid));
      lines.push(`${local.node} ${engine.health().status}: ${held.join(' ')}`);
    }
    throw new Error(lines.join('\n'));
  }

  private move(moves: readonly Move[]): void {
    for (const move of moves) {
      if (move.kind === 'come') {
        this.come(this.nodes[move.node], `u${move.uid}`);
      } else if (this.open.length > 0) {
        const [socket] = this.open.splice(move.index % this.open.length, 1);
        socket.close();
      }
    }
  }

  private come(node: EngineNode, uid: string): void {
    const coming = node.connect(uid).then((socket) => {
      this.open.push(socket);
      this.coming.delete(coming);
    });
    this.coming.add(coming);
  }

  /** Answers how to end it. */
  private async begin(fault: Fault): Promise<() => Promise<void> | void> {
    const { redis, proxies } = this;
    switch (fault.kind) {
      case 'nothing':
        return () => undefined;
      case 'restart':
        await redis.snapshot(fault.data === 'old');
        await redis.kill();
        return () => redis.restart();
      case 'flush':
        await redis.cli('FLUSHALL');
        return () => undefined;
      case 'refuse': {
        if (fault.why === 'disk') {
          await redis.failToSave();
          return () => redis.saveAgain();
        }
        const setting = fault.why === 'memory' ? 'maxmemory' : 'min-replicas-to-write';
        await redis.cli('CONFIG', 'SET', setting, '1');
        return async () => void (await redis.cli('CONFIG', 'SET', setting, '0'));
      }
      case 'stall':
        redis.pause();
        return () => redis.resume();
      case 'cut':
        proxies[fault.node].cut();
        return () => proxies[fault.node].mend();
      case 'sever':
        proxies[fault.node].sever();
        return () => proxies[fault.node].mend();
      case 'evict':
        await redis.cli('DEL', `${PREFIX}:${fault.key.replace('*', this.nodes[0].local.node)}`);
        return () => undefined;
    }
  }
}
