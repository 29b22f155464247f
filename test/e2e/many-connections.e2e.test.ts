import { describe, expect, it } from 'vitest';
import type { PushEvent } from '../../src/index.js';
import { eventsOf } from '../support/events.js';
import { useApp } from '../support/use-app.js';

const app = useApp();

describe('several connections of one uid', () => {
  it('each get the message, phones and tabs side by side', async () => {
    const clients = [await app.json('ada'), await app.text('ada'), await app.json('ada')];
    await app.push.sendToUid('ada', 'hi');
    const frames = await Promise.all(clients.map((client) => client.next()));
    expect(frames).toMatchObject([{ data: { data: 'hi' } }, 'hi', { data: { data: 'hi' } }]);
  });

  it('stay bound when another of them closes, whichever it is', async () => {
    const [first, second, third] = [
      await app.text('ada'),
      await app.text('ada'),
      await app.text('ada'),
    ];
    const events = eventsOf(app.push);
    for (const [closing, ...open] of [
      [second, first, third],
      [first, third],
    ]) {
      await closing.close();
      await events.waitFor(({ type }) => type === 'disconnected');
      await app.push.sendToUid('ada', 'still here');
      for (const client of open) expect(await client.next()).toBe('still here');
    }
    expect(events.seen.some(({ type }: PushEvent) => type === 'offline')).toBe(false);
  });

  it('are known by the device that the client names', async () => {
    await app.json({ uid: 'ada', device: 'phone' });
    expect(await app.push.connectionsOf('ada')).toMatchObject([{ device: 'phone' }]);
  });

  it('are refused beyond the limit when the policy is to refuse', async () => {
    await app.start({ push: { maxConnectionsPerUid: 2 } });
    await app.json('ada');
    await app.json('ada');
    const third = await app.connectJson();
    third.write({ event: 'auth', data: { uid: 'ada' }, id: 1 });
    expect(await third.next()).toMatchObject({ id: 1, data: { code: 'CONNECTION_LIMIT' } });
    expect(await third.expectClose()).toMatchObject({ code: 4429 });
    expect(await app.push.countConnections()).toBe(2);
    await app.json('bob');
  });

  it('push out the oldest beyond the limit when the policy is to close it', async () => {
    await app.start({
      push: { maxConnectionsPerUid: 1, connectionLimitPolicy: 'close-oldest' },
    });
    const events = eventsOf(app.push);
    const [first, second] = [await app.text('ada'), await app.text('ada')];
    expect(await first.expectClose()).toMatchObject({ code: 4409 });
    await app.push.sendToUid('ada', 'hi');
    expect(await second.next()).toBe('hi');
    expect(await app.push.countConnections()).toBe(1);
    expect(events.seen.map(({ type }) => type)).not.toContain('offline');
  });
});
