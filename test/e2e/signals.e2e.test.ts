import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Authenticator, type Identity } from '../../src/index.js';
import { Signals, type Figures } from '../../src/signals/signals.js';
import { refusedUpgrade } from '../support/client.js';
import { eventsOf } from '../support/events.js';
import { useApp } from '../support/use-app.js';

/** More than the system takes for a client that reads nothing. */
const LARGE = 'x'.repeat(1_000_000);

class Refusing extends Authenticator {
  authenticate({ uid }: { uid?: unknown }): Identity | null {
    if (uid === 'fault') throw new Error('the database is away');
    return uid === 'nobody' ? null : { uid: String(uid) };
  }
}

describe('the figures of a node', () => {
  const app = useApp();
  const figures = (): Figures => app.nest.get(Signals).read();

  it('are all zero at first', async () => {
    await app.start();
    expect(figures()).toEqual({
      socketsOpened: 0,
      socketsClosed: {},
      upgradesRefused: {},
      logins: {},
      messages: { client: 0, server: 0 },
      deliveries: { live: 0, replayed: 0 },
      drops: { offline: 0, unavailable: 0, slow: 0, closed: 0 },
    });
  });

  it('tell logins by their result, sockets, and closes by code', async () => {
    await app.start({ push: { authenticator: new Refusing(), maxConnectionsPerUid: 1 } });
    const events = eventsOf(app.push);
    const ada = await app.json('ada');
    for (const uid of ['ada', 'nobody', 'fault']) {
      const client = await app.connectJson();
      client.write({ event: 'auth', data: { uid } });
      await client.expectClose();
    }
    const early = await app.connectJson();
    early.write({ event: 'send', data: {} });
    await early.expectClose();
    await ada.close(1000);
    await events.waitFor(({ type }) => type === 'disconnected');
    expect(figures()).toMatchObject({
      socketsOpened: 5,
      logins: { accepted: 1, CONNECTION_LIMIT: 1, AUTH_FAILED: 1, AUTH_REQUIRED: 1, INTERNAL: 1 },
      socketsClosed: { 1000: 1, 4429: 1, 4401: 2, 1011: 1 },
    });
  });

  it('tell first messages that did not come, and upgrades that were refused', async () => {
    await app.start({ push: { authTimeout: 100 } });
    const silent = await app.connectJson();
    await silent.expectClose();
    expect(await refusedUpgrade(app.url, { protocols: 'mqtt' })).toMatchObject({ status: 400 });
    expect(figures()).toMatchObject({
      logins: { AUTH_TIMEOUT: 1 },
      upgradesRefused: { 400: 1 },
    });
  });

  it('tell messages by who sends them, deliveries by who gets them, and those for nobody', async () => {
    await app.start({ push: { history: {} } });
    const [ada] = [await app.json('ada'), await app.json('ada'), await app.json('bob')];
    await app.push.joinGroup('ada', 'team');
    await ada.exchange('send', { to: 'ada', data: 1 });
    await app.push.sendToUids(['ada', 'bob'], 2);
    await app.push.sendToGroup('team', 3);
    await app.push.sendToConnection(ada.connectionId, 4);
    await app.push.broadcast(5, { except: 'bob' });
    await app.push.sendToUid('ada', 6, { retain: true });
    await app.push.sendToUid('nobody', 7);
    await app.push.sendToUid('carol', 8, { retain: true });
    expect(figures()).toMatchObject({
      messages: { client: 1, server: 7 },
      deliveries: { live: 2 + 3 + 2 + 1 + 2 + 2, replayed: 0 },
      drops: { offline: 1 },
    });
    await app.json({ uid: 'carol', device: 'phone', recover: 'unread' }).then((c) => c.nextData());
    expect(figures().deliveries.replayed).toBe(1);
  });

  it.each([
    ['slow', { maxBufferedBytes: 65_536 }],
    ['closed', { maxBufferedBytes: 64_000_000 }],
  ] as const)('tell what waited for a client that is %s', async (reason, push) => {
    await app.start({ push });
    const events = eventsOf(app.push);
    const client = await app.text('ada');
    client.pause();
    for (let i = 0; i < 20 && (await app.push.isOnline('ada')); i++) {
      await app.push.sendToUid('ada', LARGE);
      await turn();
    }
    if (reason === 'closed') await client.terminate();
    await events.waitFor(({ type }) => type === 'disconnected');
    const { drops } = figures();
    expect(drops[reason]).toBeGreaterThan(0);
    expect(drops).toMatchObject({ [reason === 'slow' ? 'closed' : 'slow']: 0 });
  });
});
