import { beforeEach, describe, expect, it } from 'vitest';
import { ALL, toUid, toUids, type EngineNode } from '../support/engine-node.js';
import { failure } from '../support/failure.js';
import { COMMAND_TIMEOUT, useOutage } from '../support/use-outage.js';

const outage = useOutage();
const { redis, nodes, onlineSomewhere } = outage;
let a: EngineNode;
let b: EngineNode;
beforeEach(() => {
  ({ a, b } = outage);
});

describe('while Redis is away', () => {
  const ways: [string, () => Promise<void> | void][] = [
    ['stopped', () => redis.stop()],
    ['killed', () => redis.kill()],
    ['paused with its sockets open', () => redis.pause()],
  ];
  for (const [way, leave] of ways) {
    it(`${way}, calls fail in time, local connections are served, and health says so`, async () => {
      const here = await a.connect('ann');
      await leave();
      // The first call may be the one that finds out.
      const first = await failure(() => a.send(toUid('ann'), 'local'));
      expect(first.code).toBe('UNAVAILABLE');
      expect(first.took).toBeLessThan(COMMAND_TIMEOUT + 2_000);
      expect(await here.next()).toBe('local');
      await nodes.allDown();
      expect(a.engine.health().reason).toContain(redis.address);
      const calls = [
        () => a.send(toUids('ann', 'ben'), 'x'),
        () => a.send(ALL, 'x'),
        () => a.engine.online(['ann']),
        () => a.engine.connectionsOf('ann'),
        () => a.engine.counts(),
        () => a.engine.joinGroup(toUid('ann'), 'g'),
        () => a.engine.disconnect(toUid('ann'), { code: 4403, reason: '' }),
      ];
      for (const call of calls) {
        const { code, took } = await failure(call);
        expect(code).toBe('UNAVAILABLE');
        // Without waiting for an answer.
        expect(took).toBeLessThan(COMMAND_TIMEOUT);
      }
      expect(here.received).toEqual(['local', 'x', 'x']);
      // To one connection of this node: Redis is not needed at all.
      const connection = { kind: 'connection', connectionId: here.connectionId } as const;
      expect(await a.send(connection, 'y')).toBe(1);
    });
  }

  it('connections are let in, and are there for everyone when it is back', async () => {
    await redis.kill();
    await nodes.allDown();
    const meanwhile = await b.connect('ben');
    await redis.restart();
    await nodes.allUp();
    expect(await a.send(toUid('ben'), 'x')).toBe(1);
    expect(await meanwhile.next()).toBe('x');
    expect(await a.engine.online(['ben'])).toEqual([true]);
    await onlineSomewhere('ben');
  });

  it('memory stays bounded: calls that cannot be sent are not kept', async () => {
    const socket = await b.connect('ann');
    redis.pause();
    const payload = 'x'.repeat(10_000);
    const sent = Array.from({ length: 2_000 }, () => failure(() => a.send(toUid('ann'), payload)));
    const failures = await Promise.all(sent);
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['UNAVAILABLE']));
    await nodes.allDown();
    redis.resume();
    await nodes.allUp();
    expect(await a.send(toUid('ann'), 'after')).toBe(1);
    await socket.inbox.take('the message after', ({ data }) => data === 'after');
  });
});
