import { describe, expect, it } from 'vitest';
import { eventsOf } from '../support/events.js';
import { useApp } from '../support/use-app.js';

const app = useApp();

describe('ConnectionRegistryService', () => {
  it('knows who is here', async () => {
    for (const uid of ['ada', 'ada', 'bob']) await app.json(uid);
    expect(await app.push.isOnline('ada')).toBe(true);
    expect(await app.push.isOnline('eve')).toBe(false);
    expect(await app.push.online(['eve', 'bob'])).toEqual(
      new Map([
        ['eve', false],
        ['bob', true],
      ]),
    );
    expect(await app.push.countConnections()).toBe(3);
    expect(await app.push.countUids()).toBe(2);
    expect(await app.push.countNodes()).toBe(1);
    expect(app.push.health()).toMatchObject({ status: 'up' });
    const uids = [];
    for await (const uid of app.push.uids()) uids.push(uid);
    expect(uids.sort()).toEqual(['ada', 'bob']);
  });

  it('tells what is known of the connections of a uid', async () => {
    const before = Date.now();
    const ada = await app.json('ada');
    await app.text('ada');
    const connections = await app.push.connectionsOf('ada');
    expect(connections).toMatchObject([
      { connectionId: ada.connectionId, uid: 'ada', codec: 'json', address: '127.0.0.1' },
      { uid: 'ada', codec: 'text', claims: {}, attributes: {} },
    ]);
    const { since, node, connectionId } = connections[0];
    expect(Date.parse(since)).toBeGreaterThanOrEqual(before - 1);
    expect(connectionId.startsWith(`@${node}.`)).toBe(true);
    expect(await app.push.connectionsOf('nobody')).toEqual([]);
  });

  it('disconnects a uid or one connection with the code and reason given', async () => {
    const [ada, adasPhone, bob] = [
      await app.json('ada'),
      await app.json('ada'),
      await app.json('bob'),
    ];
    expect(await app.push.disconnect(bob.connectionId)).toEqual({ nodes: 1 });
    expect(await bob.expectClose()).toMatchObject({ code: 4403 });
    await app.push.disconnect('ada', { code: 4999, reason: 'banned' });
    for (const client of [ada, adasPhone]) {
      expect(await client.expectClose()).toEqual({ code: 4999, reason: 'banned' });
    }
    expect(await app.push.countConnections()).toBe(0);
    expect(await app.push.disconnect('ada')).toEqual({ nodes: 0 });
  });

  it('tells of connections and of users that come and go, once per change', async () => {
    await app.start();
    const events = eventsOf(app.push);
    const [first, second] = [await app.json('ada'), await app.json('ada')];
    await first.close();
    await events.waitFor(({ type }) => type === 'disconnected');
    await second.close(4000, 'bye');
    await events.waitFor(({ type }) => type === 'offline');
    expect(events.seen.map(({ type }) => type)).toEqual([
      'online',
      'connected',
      'connected',
      'disconnected',
      'disconnected',
      'offline',
    ]);
    expect(events.seen[4]).toMatchObject({
      connection: { uid: 'ada', connectionId: second.connectionId },
      code: 4000,
      reason: 'bye',
    });
  });
});
