import { afterEach, beforeEach, expect, it } from 'vitest';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import { toUid, toUids, type EngineNode } from '../support/engine-node.js';
import { until } from '../support/until.js';
import { useNodes, useRedis } from '../support/use-redis.js';

const USERS = Array.from({ length: 20 }, (_, i) => `u${i}`);

const redis = useRedis();
// A link that stalls is not closed before the lease has ended.
const options = { prefix: 'lease', leaseTime: 600, commandTimeout: 20_000 };
const nodes = useNodes(() => ({ url: redis.url, ...options }));
let proxy: CuttableProxy;
let far: EngineNode;
let near: EngineNode;
beforeEach(async () => {
  proxy = await CuttableProxy.to(redis.port);
  far = await nodes.start({ url: proxy.url });
  near = await nodes.start();
});
afterEach(() => proxy.close());

/** Far's link stalls until near has taken it for dead, and `first` is the first that goes by it. */
async function stall(first: () => unknown): Promise<void> {
  await until('all is heard', async () => (await redis.cli('EXISTS', 'lease:unheard')) === '0');
  proxy.cut();
  first();
  await Promise.all(USERS.slice(1).map((uid) => near.waitForOffline(uid)));
  proxy.mend();
}

it('a node whose link stalled for longer than its lease is there again, whatever it said first', async () => {
  const sockets = await Promise.all(USERS.map((uid) => far.connect(uid)));
  await stall(() => sockets[0].close());
  await until('all but one are there again', async () => {
    const online = await near.engine.online(USERS);
    return !online[0] && online.slice(1).every(Boolean);
  });
  expect(await near.engine.counts()).toEqual({ connections: 19, uids: 19, nodes: 2 });
  expect(await near.send(toUids(...USERS.slice(1)), 'x')).toBe(1);
  for (const socket of sockets.slice(1)) expect(await socket.next()).toBe('x');
});

it('who came meanwhile is let in when the node is there again', async () => {
  await Promise.all(USERS.map((uid) => far.connect(uid)));
  let coming: Promise<unknown> | undefined;
  await stall(() => (coming = far.connect('late')));
  await coming;
  expect(await near.engine.online(['late'])).toEqual([true]);
  await until('all are there', async () => (await near.engine.counts()).connections === 21);
});

it('the events of both nodes are balanced, in the order of their seq', async () => {
  const sockets = await Promise.all(USERS.map((uid) => far.connect(uid)));
  await stall(() => sockets[0].close());
  await until('all is told', async () => {
    const kept = await redis.cli('EXISTS', 'lease:unheard');
    return kept === '0' && (await near.engine.counts()).connections === 19;
  });
  for (const uid of USERS) {
    const changes = [far, near].flatMap((node) => node.changesOf(uid));
    const inOrder = changes.sort((a, b) => a.seq - b.seq).map(({ type }) => type);
    const expected = ['online', 'offline', ...(uid === 'u0' ? [] : ['online'])];
    expect(inOrder).toEqual(expected);
  }
});

it('a departure of which it tells late does not end what another has begun', async () => {
  const slow = await nodes.start({ url: proxy.url, offlineDelay: 300 });
  const socket = await slow.connect('ann');
  proxy.cut();
  socket.close();
  await until('it is taken for dead', async () => (await near.engine.counts()).nodes === 1);
  const again = await near.connect('ann');
  proxy.mend();
  await until('it is there again', async () => (await near.engine.counts()).nodes === 3);
  await until('it is settled', async () => (await redis.cli('EXISTS', 'lease:leaving')) === '0');
  expect(await near.engine.online(['ann'])).toEqual([true]);
  await near.send(toUid('ann'), 'x');
  expect(await again.next()).toBe('x');
});
