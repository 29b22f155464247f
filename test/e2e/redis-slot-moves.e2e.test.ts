import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { slotOf } from '../../src/engine/redis/servers/slot.js';
import { toUid, toUids, type EngineNode, type FakeSocket } from '../support/engine-node.js';
import { RedisClusterServers, type RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { useNodes } from '../support/use-redis.js';

const SHARDS = 4;
/** Messages that are under way to each uid while a slot moves. */
const BURST = 20;

let servers: RedisClusterServers;
const nodes = useNodes(() => ({
  cluster: { nodes: servers.addresses },
  prefix: 'moves',
  shards: SHARDS,
  leaseTime: 1_200,
}));
let a: EngineNode;
let b: EngineNode;
/** A user of each shard, with a connection on the second node. */
let sockets: Map<string, FakeSocket>;
/** Of the first shard, whose slot moves. */
let mover: string;

beforeEach(async () => {
  servers = await RedisClusterServers.start(2);
  onTestFinished(() => servers.close());
  [a, b] = [await nodes.start(), await nodes.start()];
  sockets = new Map();
  for (let shard = 0; shard < SHARDS; shard++) {
    const uid = userOf(shard);
    sockets.set(uid, await b.connect(uid));
  }
  mover = userOf(0);
});

function userOf(shard: number): string {
  for (let i = 0; ; i++) if (slotOf(`u${i}`) % SHARDS === shard) return `u${i}`;
}

/** Where the slot of the first shard is, and where it may go. */
async function places(): Promise<{ slot: number; from: RedisServer; to: RedisServer }> {
  const slot = await servers.slotOf('moves:{0}:nodes');
  const [one, other] = servers.masters;
  const [from, to] = slot < 8_192 ? [one, other] : [other, one];
  return { slot, from, to };
}

/** Sends numbers to everyone until the work is done; answers how many failed of each uid. */
async function sendingDuring(work: Promise<void>): Promise<Map<string, number>> {
  let isDone = false;
  const done = work.finally(() => (isDone = true));
  const failures = new Map<string, number>();
  while (!isDone) {
    const burst = Array.from(sockets.keys(), async (uid) => {
      const sent = Array.from({ length: BURST }, () => a.send(toUid(uid), ++numbers));
      const results = await Promise.allSettled(sent);
      const failed = results.filter(({ status }) => status === 'rejected').length;
      failures.set(uid, (failures.get(uid) ?? 0) + failed);
    });
    await Promise.all(burst);
  }
  await done;
  return failures;
}
let numbers = 0;

async function everyoneIsThere(): Promise<void> {
  await until('everything is restored', async () => {
    if (!a.isUp || !b.isUp) return false;
    const uids = [...sockets.keys()];
    return (await a.send(toUids(...uids), 'there').catch(() => 0)) === 1;
  });
}

it('a message arrives at most once and in order while its slot moves, others all arrive', async () => {
  const { slot, from, to } = await places();
  for (const [source, target] of [
    [from, to],
    [to, from],
    [from, to],
    [to, from],
  ]) {
    const failures = await sendingDuring(servers.moveSlot(slot, source, target));
    for (const [uid, failed] of failures) if (uid !== mover) expect(failed).toBe(0);
    await everyoneIsThere();
  }
  const sent = numbers;
  for (const [uid, socket] of sockets) {
    await a.send(toUid(uid), 'last');
    await socket.inbox.take('the last', ({ data }) => data === 'last');
    const got = socket.received.filter((data): data is number => typeof data === 'number');
    expect(got).toEqual([...new Set(got)].sort((x, y) => x - y));
    if (uid !== mover) expect(got).toHaveLength(sent / SHARDS);
  }
});

it('a slot that moves leaves the connections to its server to the others', async () => {
  const { slot, from, to } = await places();
  const ids = async (): Promise<string[]> => {
    const clients = await from.cli('CLIENT', 'LIST', 'TYPE', 'pubsub');
    return Array.from(clients.matchAll(/^id=(\d+) /gm), ([, id]) => id);
  };
  const before = await ids();
  expect(before).toHaveLength(2);
  await servers.moveSlot(slot, from, to);
  await everyoneIsThere();
  expect(await ids()).toEqual(before);
});

it('a server on which no slot is left is let go', async () => {
  const { from, to } = await places();
  for (let shard = 0; shard < SHARDS; shard++) {
    const slot = await servers.slotOf(`moves:{${shard}}:nodes`);
    const owner = slot < 8_192 ? servers.masters[0] : servers.masters[1];
    if (owner === from) await servers.moveSlot(slot, from, to);
  }
  await everyoneIsThere();
  await until(
    'it has no connection of ours',
    async () => !(await from.cli('CLIENT', 'LIST')).includes('cmd=ssubscribe'),
  );
  await from.kill();
  await everyoneIsThere();
});
