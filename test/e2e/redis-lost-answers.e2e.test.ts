import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RedisEngineOptions } from '../../src/engine/redis/index.js';
import { place } from '../../src/engine/redis/scripts/index.js';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import type { EngineNode } from '../support/engine-node.js';
import { until } from '../support/until.js';
import { useNodes, useRedis } from '../support/use-redis.js';

const PREFIX = 'answers';
/** Nobody takes a node for dead while its test runs. */
const PATIENT = { leaseTime: 60_000 };
/** Dead nodes are cleaned up at once. */
const HASTY = { leaseTime: 1_200 };

const redis = useRedis();
let proxy: CuttableProxy;
beforeEach(async () => {
  proxy = await CuttableProxy.to(redis.port);
});
afterEach(() => proxy.close());
const nodes = useNodes(() => ({ url: redis.url, prefix: PREFIX, commandTimeout: 1_000 }));

/** A node whose answers can get lost. */
const startFar = (options: RedisEngineOptions): Promise<EngineNode> =>
  nodes.start({ url: proxy.url, ...options });

/** Redis executes what makes `act` come true, and the node does not hear of it. */
async function loseAnswer<T>(node: EngineNode, answer: RegExp, act: () => T): Promise<Awaited<T>> {
  const lost = proxy.loseAnswer(answer);
  const [result] = await Promise.all([act(), lost]);
  await until('the node has noticed', () => node.engine.health().status === 'down');
  return result;
}

/** The cable is mended, and the node has told everything that it had to. */
async function comesBack(node: EngineNode): Promise<void> {
  proxy.mend();
  await until('the node is back', () => node.isUp);
  // The first may be told among what is restored, the second comes after all of it.
  for (const uid of ['fence 1', 'fence 2']) {
    await node.connect(uid);
    await node.waitForOnline(uid);
  }
}

/** What each node has emitted of the uids that a test is about. */
const emitted = (...some: EngineNode[]): string[][] =>
  some.map(({ presence }) => presence.filter((change) => !change.startsWith('+fence')));

/** Redis knows that every event was emitted. */
const allHeard = (): Promise<void> =>
  until('all is heard', async () => (await redis.cli('KEYS', `${PREFIX}:unheard`)) === '');

describe('when Redis has done what it was asked to and its answer gets lost', () => {
  it('online is emitted once, when the node is back', async () => {
    const [far, near] = [await startFar(PATIENT), await nodes.start(PATIENT)];
    await loseAnswer(far, /\+\d+ ann/, () => far.connect('ann'));
    expect(await near.engine.online(['ann'])).toEqual([true]);
    expect(emitted(far)).toEqual([[]]);
    await comesBack(far);
    expect(emitted(far, near)).toEqual([['+ann'], []]);
    await allHeard();
  });

  it('who has left again before the node is back was online once and offline once', async () => {
    const far = await startFar(PATIENT);
    const ann = await loseAnswer(far, /\+\d+ ann/, () => far.connect('ann'));
    ann.close();
    await comesBack(far);
    expect(emitted(far)).toEqual([['+ann', '-ann']]);
    expect(await far.engine.online(['ann'])).toEqual([false]);
  });

  it('offline is emitted once, when the node is back', async () => {
    const [far, near] = [await startFar(PATIENT), await nodes.start(PATIENT)];
    const ann = await far.connect('ann');
    await loseAnswer(far, /-\d+ ann/, () => ann.close());
    expect(await near.engine.online(['ann'])).toEqual([false]);
    expect(emitted(far)).toEqual([['+ann']]);
    await comesBack(far);
    expect(emitted(far, near)).toEqual([['+ann', '-ann'], []]);
    await allHeard();
  });

  it('a uid that comes back meanwhile was offline in between, on the same node', async () => {
    const far = await startFar(PATIENT);
    const ann = await far.connect('ann');
    await loseAnswer(far, /-\d+ ann/, () => ann.close());
    await far.connect('ann');
    await comesBack(far);
    expect(emitted(far)).toEqual([['+ann', '-ann', '+ann']]);
  });

  it('a uid that comes back meanwhile was offline in between, on another node', async () => {
    const [far, near] = [await startFar(PATIENT), await nodes.start(PATIENT)];
    const ann = await far.connect('ann');
    await loseAnswer(far, /-\d+ ann/, () => ann.close());
    await near.connect('ann');
    await comesBack(far);
    expect(emitted(far, near)).toEqual([['+ann', '-ann'], ['+ann']]);
  });

  it('several events are emitted in the order in which they were decided', async () => {
    const far = await startFar(PATIENT);
    const uids = Array.from({ length: 20 }, (_, i) => `u${i}`);
    await loseAnswer(far, /\+\d+ u19/, () => Promise.all(uids.map((uid) => far.connect(uid))));
    await comesBack(far);
    expect(emitted(far)).toEqual([uids.map((uid) => `+${uid}`)]);
  });

  it('and the next one as well, each event is emitted once', async () => {
    const far = await startFar(PATIENT);
    await loseAnswer(far, /\+\d+ ann/, () => far.connect('ann'));
    await far.connect('ben');
    // What is lost now is the answer to what the node tells again.
    await loseAnswer(far, /\+\d+ ben/, () => proxy.mend());
    expect(emitted(far)).toEqual([['+ann']]);
    await comesBack(far);
    expect(emitted(far)).toEqual([['+ann', '+ben']]);
  });

  it('offline after an offline delay is emitted once', async () => {
    const far = await startFar({ ...PATIENT, offlineDelay: 50 });
    const ann = await far.connect('ann');
    await loseAnswer(far, /-\d+ ann/, () => ann.close());
    expect(emitted(far)).toEqual([['+ann']]);
    await comesBack(far);
    expect(emitted(far)).toEqual([['+ann', '-ann']]);
  });

  it('an offline delay of which the node did not hear ends in one offline', async () => {
    const options = { ...HASTY, offlineDelay: 50 };
    const [far, near] = [await startFar(options), await nodes.start(options)];
    const ann = await far.connect('ann');
    // The answer is the time at which the delay ends.
    await loseAnswer(far, /:\d{13}\r\n/, () => ann.close());
    await comesBack(far);
    await Promise.race([far.waitForOffline('ann'), near.waitForOffline('ann')]);
    expect(emitted(far, near).flat()).toEqual(['+ann', '-ann']);
  });

  it('offline of a uid whose node died is emitted once, by the node whose beat decided it', async () => {
    const far = await startFar(HASTY);
    const cable = await CuttableProxy.to(redis.port);
    try {
      const dying = await nodes.start({ url: cable.url, ...HASTY });
      await dying.connect('ben');
      await allHeard();
      await loseAnswer(far, /-\d+ ben/, () => cable.cut());
      expect(emitted(far)).toEqual([[]]);
      await comesBack(far);
      expect(emitted(far)).toEqual([['-ben']]);
    } finally {
      cable.close();
    }
  });
});

it('what comes to Redis only after the node is back has no effect', async () => {
  const [far, near] = [await startFar(HASTY), await nodes.start(HASTY)];
  const holding = proxy.holdRequest(new RegExp(`${place.sha}[^]*ann`));
  const [ann, release] = await Promise.all([far.connect('ann'), holding]);
  ann.close();
  await comesBack(far);
  await release();
  expect(emitted(far)).toEqual([[]]);
  expect(await near.engine.online(['ann'])).toEqual([false]);
  expect((await far.engine.counts()).connections).toBe(2);
});

describe('when Redis loses its data before the node is back', () => {
  it('each online is emitted once, even if another answer gets lost', async () => {
    const far = await startFar(HASTY);
    await far.connect('ben');
    await loseAnswer(far, /\+\d+ ann/, () => far.connect('ann'));
    await redis.cli('FLUSHALL');
    await loseAnswer(far, /\+\d+ ann/, () => proxy.mend());
    await comesBack(far);
    expect(emitted(far)).toEqual([['+ben', '+ann']]);
    expect(await far.engine.online(['ann', 'ben'])).toEqual([true, true]);
  });

  it('an online that was emitted late is not emitted again', async () => {
    const far = await startFar(HASTY);
    await loseAnswer(far, /\+\d+ ann/, () => far.connect('ann'));
    await far.connect('ben');
    await loseAnswer(far, /\+\d+ ben/, () => proxy.mend());
    await redis.cli('FLUSHALL');
    await comesBack(far);
    expect(emitted(far)).toEqual([['+ann', '+ben']]);
  });

  it('offline is emitted once', async () => {
    const far = await startFar(HASTY);
    const ann = await far.connect('ann');
    await loseAnswer(far, /-\d+ ann/, () => ann.close());
    await redis.cli('FLUSHALL');
    await comesBack(far);
    await far.waitForOffline('ann');
    expect(emitted(far)).toEqual([['+ann', '-ann']]);
  });
});

describe('when the node does not come back within its lease', () => {
  it('a survivor emits what it never heard, and the node does not', async () => {
    const [far, near] = [await startFar(HASTY), await nodes.start(HASTY)];
    await loseAnswer(far, /\+\d+ ann/, () => far.connect('ann'));
    await near.waitForOffline('ann');
    expect(emitted(near)).toEqual([['+ann', '-ann']]);
    await comesBack(far);
    // The connection was open all the time: the uid is online again.
    expect(emitted(far)).toEqual([['+ann']]);
    expect(emitted(near)).toEqual([['+ann', '-ann']]);
  });

  it('nothing stays behind when it has stopped', async () => {
    const [far, near] = [await startFar(HASTY), await nodes.start(HASTY)];
    const ann = await far.connect('ann');
    await loseAnswer(far, /-\d+ ann/, () => ann.close());
    await far.stop();
    await near.waitForOffline('ann');
    expect(emitted(far, near)).toEqual([['+ann'], ['-ann']]);
    await near.stop();
    expect(await redis.cli('KEYS', '*')).toBe(`${PREFIX}:state`);
  });
});
