import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { toUid } from '../support/engine-node.js';
import { until } from '../support/until.js';
import { useNodes, useRedis } from '../support/use-redis.js';

const PREFIX = 'presence';
const USERS = 5_000;

const redis = useRedis();
const nodes = useNodes(() => ({ url: redis.url, prefix: PREFIX }));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/**
 * A node in a process of its own that holds users `u<first>` and so on, and has said that it
 * emitted their events: others would emit what it has not.
 */
async function startProcess(leaseTime: number, first: number, users: number) {
  const args = [redis.url, PREFIX, leaseTime, first, users].map(String);
  const child = spawn(process.execPath, ['test/support/redis-node.js', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  const unheard = async (): Promise<string> => redis.cli('KEYS', `${PREFIX}:unheard`);
  await until('it has emitted its events', async () => (await unheard()) === '');
  return child;
}

const keys = async (): Promise<string[]> =>
  (await redis.cli('KEYS', '*')).split('\n').filter((key) => key !== '');

it('a node killed with 5,000 users leaves nothing behind, and each is offline once', async () => {
  const leaseTime = 3_000;
  const survivors = [await nodes.start({ leaseTime }), await nodes.start({ leaseTime })];
  // One user has a connection elsewhere, too, and so stays online.
  await survivors[0].connect('u0');
  const before = await keys();
  await survivors[1].engine.watch(['u0', 'u7']);
  const child = await startProcess(leaseTime, 0, USERS);
  expect(await survivors[0].engine.counts()).toEqual({
    connections: USERS + 1,
    uids: USERS,
    nodes: 3,
  });

  child.kill('SIGKILL');
  await once(child, 'exit');
  const offline = (): string[] =>
    survivors.flatMap(({ presence }) => presence.filter((change) => change.startsWith('-')));
  await until('all are offline', () => offline().length >= USERS - 1);

  await until('it is seen', () => survivors[1].sight.join() === '+u0,-u7,+u7,-u7');
  const uids = Array.from({ length: USERS }, (_, i) => `u${i}`);
  expect(offline().sort()).toEqual(
    uids
      .slice(1)
      .map((uid) => `-${uid}`)
      .sort(),
  );
  const online = await survivors[1].engine.online(uids);
  expect(online.filter(Boolean)).toEqual([true]);
  expect(await survivors[0].send(toUid('u1'), 'x')).toBe(0);
  expect(await survivors[0].engine.counts()).toEqual({ connections: 1, uids: 1, nodes: 2 });
  expect((await keys()).sort()).toEqual([...before].sort());
});

it('what nobody cleaned up is cleaned up by the next node that starts', async () => {
  const leaseTime = 600;
  const child = await startProcess(leaseTime, 0, 10);
  child.kill('SIGKILL');
  const next = await nodes.start({ leaseTime });
  await until('all are offline', () => next.presence.length === 10);
  expect((await keys()).sort()).toEqual(
    ['calls', 'nodes', 'state'].map((key) => `${PREFIX}:${key}`),
  );
});

it('a node that was frozen for longer than its lease is there again when it goes on', async () => {
  const leaseTime = 600;
  const survivor = await nodes.start({ leaseTime });
  const child = await startProcess(leaseTime, 0, 10);
  child.kill('SIGSTOP');
  await survivor.waitForOffline('u9');
  await until('all are offline', () => survivor.presence.length === 10);
  child.kill('SIGCONT');
  await until('all are back', async () => (await survivor.engine.counts()).connections === 10);
  expect(await survivor.engine.counts()).toEqual({ connections: 10, uids: 10, nodes: 2 });
});

it('nothing stays behind when nodes stop in order', async () => {
  const [a, b] = [await nodes.start(), await nodes.start()];
  for (const uid of ['ann', 'ben']) await Promise.all([a.connect(uid), b.connect(uid)]);
  await a.engine.joinGroup(toUid('ann'), 'g');
  await a.engine.leaveGroup(toUid('ann'), 'g');
  await a.stop();
  await b.stop();
  expect((await keys()).sort()).toEqual([`${PREFIX}:state`]);
});

it('with an offline delay, a uid that comes back in time was never offline', async () => {
  const offlineDelay = 300;
  const [a, b] = [await nodes.start({ offlineDelay }), await nodes.start({ offlineDelay })];
  for (const node of [a, b, a]) {
    const socket = await node.connect('ann');
    socket.close();
    expect(await b.engine.online(['ann'])).toEqual([true]);
    expect(await b.send(toUid('ann'), 'x')).toBeLessThanOrEqual(1);
  }
  const left = performance.now();
  await a.waitForOffline('ann');
  expect(performance.now() - left).toBeGreaterThan(offlineDelay - 100);
  expect(await b.engine.online(['ann'])).toEqual([false]);
  expect([a.presence, b.presence]).toEqual([['+ann', '-ann'], []]);
});

it('15,000 connections at once take a few round trips, not one each', async () => {
  const node = await nodes.start();
  const calls = async (command: string): Promise<number> => {
    const stats = await redis.cli('INFO', 'commandstats');
    return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  };
  const total = 15_000;
  const before = await calls('evalsha');
  await Promise.all(Array.from({ length: total }, (_, i) => node.connect(`u${i}`)));
  expect(await calls('subscribe')).toBeLessThan(30);
  expect((await calls('evalsha')) - before).toBeLessThan(60);
  expect(await node.engine.counts()).toEqual({ connections: total, uids: total, nodes: 1 });
});
