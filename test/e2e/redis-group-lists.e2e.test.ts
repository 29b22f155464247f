import { beforeAll, afterAll, beforeEach, expect, it } from 'vitest';
import { slotOf } from '../../src/engine/redis/servers/slot.js';
import { toUid, type EngineNode } from '../support/engine-node.js';
import { RedisClusterServers } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { useNodes } from '../support/use-redis.js';

const SHARDS = 4;
const GROUP = 'g';

let servers: RedisClusterServers;
beforeAll(async () => {
  servers = await RedisClusterServers.start(2);
});
afterAll(() => servers.close());
let prefixes = 0;
let prefix: string;
const nodes = useNodes(() => ({
  cluster: { nodes: servers.addresses },
  prefix,
  shards: SHARDS,
  leaseTime: 600,
}));
let node: EngineNode;
beforeEach(async () => {
  prefix = `lists${++prefixes}`;
  node = await nodes.start();
});

const shardOf = (name: string): number => slotOf(name) % SHARDS;

/** A uid of another shard than the group, as most are. */
const UID = Array.from({ length: 100 }, (_, i) => `u${i}`).find(
  (uid) => shardOf(uid) !== shardOf(GROUP),
)!;

function redis(...command: string[]): Promise<string> {
  return servers.masters[0].cli('-c', ...command);
}

const key = (name: string): string => `${prefix}:{${shardOf(UID)}}:${name}`;

/** A node has changed the membership in the shard of the uid, and died. */
async function diedHalfway(task: 'join' | 'leave', step: string): Promise<void> {
  await redis(task === 'join' ? 'SADD' : 'SREM', key(`groups:${UID}`), GROUP);
  await redis('HSET', key('unindexed'), `${GROUP}\n${UID}`, `${task} ${step}`);
}

async function everythingIsTold(): Promise<void> {
  await until(
    'nothing waits to be told',
    async () => (await redis('HLEN', key('unindexed'))) === '0',
  );
}

const NOW = String(Date.now() * 1_000);

it('a group hears of a change whose node died before it told the group', async () => {
  await diedHalfway('join', NOW);
  await until('the group lists it', async () =>
    (await node.engine.uidsInGroup(GROUP)).includes(UID),
  );
  await everythingIsTold();
  await diedHalfway('leave', String(Number(NOW) + 1));
  await until(
    'the group does not list it',
    async () => (await node.engine.uidsInGroup(GROUP)).length === 0,
  );
});

it('a change of which a group hears late does not undo a later one', async () => {
  await node.engine.joinGroup(toUid(UID), GROUP);
  await node.engine.leaveGroup(toUid(UID), GROUP);
  await redis('HSET', key('unindexed'), `${GROUP}\n${UID}`, `join ${NOW}`);
  await everythingIsTold();
  expect(await node.engine.uidsInGroup(GROUP)).toEqual([]);
});

it('a group that is dissolved takes out members of which it has not heard', async () => {
  await diedHalfway('join', NOW);
  await node.engine.dissolveGroup(GROUP);
  expect(await node.engine.uidsInGroup(GROUP)).toEqual([]);
  expect(await redis('EXISTS', key(`groups:${UID}`))).toBe('0');
});
