import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisEngine } from '../../src/engine/redis/index.js';
import {
  MemoryEngine,
  TrustUidAuthenticator,
  type AuthenticationContext,
  type Engine,
  type Identity,
} from '../../src/index.js';
import type { JsonClient } from '../support/client.js';
import { RedisClusterServers } from '../support/redis-server.js';
import { useApp, type TestApp } from '../support/use-app.js';
import { PATIENT, useSharedRedis } from '../support/use-redis.js';

/** Does something as soon as the node has begun to place a connection of ada or eve. */
class Watched extends TrustUidAuthenticator {
  onPlacing: () => void = () => undefined;

  override authenticate(
    credential: Parameters<TrustUidAuthenticator['authenticate']>[0],
    context: AuthenticationContext,
  ): Identity | null {
    const identity = super.authenticate(credential, context);
    if (identity?.uid === 'ada' || identity?.uid === 'eve') process.nextTick(this.onPlacing);
    return identity;
  }
}

const authenticator = new Watched();

/** Sends, and leaves it to the end of the test whether other nodes got it. */
function sendAll(app: TestApp): void {
  const { push } = app;
  const sent = [
    push.sendToUids(['ada', 'eve'], 'one'),
    push.sendToGroup('crew', 'two'),
    push.broadcast('three'),
    push.sendToGroup('crew', 'without ada', { except: ['ada'] }),
    push.sendToGroup('others', 'of others'),
    push.sendToGroup('crew', 'four'),
    push.sendToUids(['ada', 'eve'], 'five'),
  ];
  for (const one of sent) one.catch(() => undefined);
}

function describeGroups(name: string, makeEngine: () => Engine): void {
  describe(`messages to groups while logins are being placed, ${name}`, () => {
    const app = useApp(() => ({ push: { engine: makeEngine(), authenticator } }));
    const login = async (client: JsonClient, uid: string): Promise<void> => {
      client.write({ event: 'auth', data: { uid } });
      expect(await client.next()).toMatchObject({ event: 'auth', data: { uid } });
    };
    const expectAll = async (client: JsonClient, ...texts: string[]): Promise<void> => {
      for (const text of texts) expect(await client.nextData()).toBe(text);
    };

    it('reach who is a member, once and in their order, and nobody else', async () => {
      const bob = await app.json('bob');
      for (const uid of ['ada', 'bob']) await app.push.joinGroup(uid, 'crew');
      const [ada, eve] = [await app.connectJson(), await app.connectJson()];
      authenticator.onPlacing = () => sendAll(app);
      await login(ada, 'ada');
      await expectAll(bob, 'two', 'three', 'without ada', 'four');
      await login(eve, 'eve');
      authenticator.onPlacing = () => undefined;
      await app.push.broadcast('last');
      const again = ['one', 'two', 'three', 'four', 'five'];
      await expectAll(ada, ...again, ...again, 'last');
      await expectAll(eve, 'one', 'three', 'five', 'last');
      await expectAll(bob, 'two', 'three', 'without ada', 'four', 'last');
    });
  });
}

describeGroups('in memory', () => new MemoryEngine());

describe('in Redis', () => {
  const redis = useSharedRedis();
  describeGroups('one server', () => new RedisEngine({ ...PATIENT, url: redis.url }));

  const app = useApp(() => {
    const engine = new RedisEngine({ ...PATIENT, url: redis.url, prefix: 'full' });
    return { push: { engine, authenticator, maxBufferedBytes: 4_000 } };
  });

  it('more than may wait closes a member, who comes back, and is nothing to others', async () => {
    await app.start();
    await app.push.joinGroup('ada', 'crew');
    authenticator.onPlacing = () => {
      for (let i = 0; i < 20; i++) {
        app.push.sendToGroup('crew', 'x'.repeat(1_000)).catch(() => undefined);
      }
    };
    const [ada, eve] = [await app.connectJson(), await app.connectJson()];
    ada.write({ event: 'auth', data: { uid: 'ada' } });
    expect((await ada.expectClose()).code).toBe(4513);
    await eve.login('eve');
    authenticator.onPlacing = () => undefined;
    await (await app.connectJson()).login('ada');
    await app.push.broadcast('last');
    expect(await eve.nextData()).toBe('last');
  });
});

describe('in Redis Cluster', () => {
  let servers: RedisClusterServers;
  beforeAll(async () => {
    servers = await RedisClusterServers.start(3);
  });
  afterAll(() => servers.close());
  const engine = () =>
    new RedisEngine({ ...PATIENT, cluster: { nodes: servers.addresses.slice(0, 1) } });
  describeGroups('three masters', engine);
});
