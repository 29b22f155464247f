import { UnauthorizedException } from '@nestjs/common';
import { beforeEach, describe, expect, it } from 'vitest';
import { RedisEngine } from '../../src/engine/redis/index.js';
import {
  Authenticator,
  MemoryCluster,
  MemoryEngine,
  type AuthenticationContext,
  type Credential,
  type Engine,
  type Identity,
} from '../../src/index.js';
import { eventsOf } from '../support/events.js';
import { Gate } from '../support/gate.js';
import { useApp } from '../support/use-app.js';
import { useSharedRedis } from '../support/use-redis.js';

let gate: Gate;
beforeEach(() => void (gate = new Gate()));

/** Lets everyone in whose credential does not ask it to wait or to do something else. */
class Doorman extends Authenticator {
  context: AuthenticationContext | undefined;

  async authenticate(
    credential: Credential,
    context: AuthenticationContext,
  ): Promise<Identity | null> {
    const { uid, do: what } = credential as { uid: string; do?: string };
    if (what === 'wait') {
      this.context = context;
      await gate.wait();
    }
    if (what === 'give up') {
      this.context = context;
      void gate.wait();
      await new Promise((_, reject) => {
        context.signal.addEventListener('abort', () => reject(new Error('gave up')));
      });
    }
    if (what === 'refuse') return context.refuse('the account is locked');
    if (what === 'throw') throw new UnauthorizedException('the account is closed');
    return { uid };
  }
}

const CLUSTERS: [string, () => () => Engine][] = [
  [
    'in one process',
    () => {
      const cluster = new MemoryCluster();
      return () => new MemoryEngine(cluster);
    },
  ],
  ['through Redis', () => () => new RedisEngine({ url: redis.url })],
];
const redis = useSharedRedis();

describe.each(CLUSTERS)('a disconnect of a uid, %s,', (_, newCluster) => {
  const [here, there] = [useApp(), useApp()];
  beforeEach(async () => {
    const engine = newCluster();
    for (const app of [here, there]) {
      await app.start({ push: { engine: engine(), authenticator: new Doorman() } });
    }
  });

  it('reaches those of its sockets that are still being authenticated, on every node', async () => {
    const client = await there.connectJson();
    client.write({ event: 'auth', data: { uid: 'ada', do: 'wait' } });
    await gate.reached;
    await here.push.disconnect('ada', { code: 4403, reason: 'banned' });
    // Redis may have told it to us before it tells the other.
    await here.push.sendToUids(['witness'], 'x');
    await (await there.json('witness')).settle();
    gate.open();
    expect(await client.expectClose()).toEqual({ code: 4403, reason: 'banned' });
    expect(await here.push.isOnline('ada')).toBe(false);
  });

  it('reaches nobody who comes after it, and nobody else', async () => {
    await (await there.json('ada')).settle();
    const other = await there.connectJson();
    other.write({ event: 'auth', data: { uid: 'bob', do: 'wait' } });
    await gate.reached;
    await here.push.disconnect('ada');
    const ada = await there.json('ada');
    gate.open();
    expect(await other.next()).toMatchObject({ event: 'auth', data: { uid: 'bob' } });
    expect(await ada.settle()).toEqual([]);
  });
});

describe('the signal of an authentication aborts when the socket closes', () => {
  const app = useApp();
  const doorman = new Doorman();
  const aborted = (): Promise<unknown> =>
    new Promise((resolve) => {
      const { signal } = doorman.context!;
      if (signal.aborted) resolve(undefined);
      else signal.addEventListener('abort', resolve);
    });

  it.each(['wait', 'give up'])(
    'by itself, and nobody hears of it when it does %s',
    async (what) => {
      const errors: unknown[] = [];
      const logger = {
        log() {},
        warn() {},
        debug() {},
        error: (text: unknown) => errors.push(text),
      };
      await app.start({ push: { authenticator: doorman }, logger });
      const events = eventsOf(app.push);
      const client = await app.connectJson();
      client.write({ event: 'auth', data: { uid: 'ada', do: what } });
      await gate.reached;
      await client.terminate();
      await aborted();
      gate.open();
      await (await app.json('fence')).close();
      expect(errors).toEqual([]);
      expect(events.seen.filter(({ type }) => type === 'refused')).toEqual([]);
    },
  );

  it('while an open connection renews its identity', async () => {
    await app.start({ push: { authenticator: doorman } });
    const client = await app.json('ada');
    client.write({ event: 'auth', data: { uid: 'ada', do: 'wait' } });
    await gate.reached;
    await app.push.disconnect('ada');
    expect(doorman.context!.signal.aborted).toBe(true);
  });
});

describe('events$ tells of who was refused', () => {
  const debug: string[] = [];
  const logger = { log() {}, warn() {}, error() {}, debug: (text: string) => debug.push(text) };
  const app = useApp(() => ({ push: { authenticator: new Doorman() }, logger }));
  beforeEach(() => void (debug.length = 0));

  it.each([
    ['the reason that the authenticator gives', 'refuse', 'the account is locked'],
    ['the message of what it throws', 'throw', 'the account is closed'],
  ])('with %s, also about a renewal', async (_, what, reason) => {
    const client = await app.connectJson();
    const events = eventsOf(app.push);
    const refused = { type: 'refused', reason, address: '127.0.0.1', codec: 'json' };
    client.write({ event: 'auth', data: { uid: 'ada', do: what } });
    expect(await client.next()).toEqual({
      event: 'error',
      data: { code: 'AUTH_FAILED', message: 'The identity was refused.' },
    });
    expect(await events.waitFor(({ type }) => type === 'refused')).toEqual(refused);
    const open = await app.json('bob');
    open.write({ event: 'auth', data: { uid: 'bob', do: what } });
    expect(await events.waitFor(({ type }) => type === 'refused')).toEqual(refused);
    open.write({ event: 'auth', data: { uid: 'another' } });
    const { reason: other } = (await events.waitFor(
      ({ type }) => type === 'refused',
    )) as typeof refused;
    expect(other).toBe('the uid is another one');
    expect(debug.filter((line) => line.includes(reason))).toHaveLength(2);
  });

  it('with a reason of its own when there was no identity to speak of', async () => {
    const client = await app.connectText();
    const events = eventsOf(app.push);
    client.write(Buffer.from('x'));
    expect(await events.waitFor(({ type }) => type === 'refused')).toEqual({
      type: 'refused',
      reason: 'Send text frames only.',
      address: '127.0.0.1',
      codec: 'text',
    });
  });
});
