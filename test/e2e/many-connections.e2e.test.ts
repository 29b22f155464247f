import { afterEach, describe, expect, it } from 'vitest';
import type { PushEvent } from '../../src/index.js';
import { startApp, type RunningApp } from '../support/app.js';
import { closeAll, connectJson, connectText } from '../support/client.js';
import { eventsOf } from '../support/events.js';

let running: RunningApp;

afterEach(async () => {
  await closeAll();
  await running?.close();
});

describe('several connections of one uid', () => {
  it('each get the message, phones and tabs side by side', async () => {
    running = await startApp();
    const clients = [
      await connectJson(running.url),
      await connectText(running.url),
      await connectJson(running.url),
    ];
    for (const client of clients) await client.login('ada');
    await running.push.sendToUid('ada', 'hi');
    const frames = await Promise.all(clients.map((client) => client.next()));
    expect(frames).toMatchObject([{ data: { data: 'hi' } }, 'hi', { data: { data: 'hi' } }]);
  });

  it('stay bound when another of them closes, whichever it is', async () => {
    running = await startApp();
    const [first, second, third] = [
      await connectText(running.url),
      await connectText(running.url),
      await connectText(running.url),
    ];
    for (const client of [first, second, third]) await client.login('ada');
    const events = eventsOf(running.push);
    for (const [closing, ...open] of [
      [second, first, third],
      [first, third],
    ]) {
      await closing.close();
      await events.waitFor(({ type }) => type === 'disconnected');
      await running.push.sendToUid('ada', 'still here');
      for (const client of open) expect(await client.next()).toBe('still here');
    }
    expect(events.seen.some(({ type }: PushEvent) => type === 'offline')).toBe(false);
  });

  it('are known by the device that the client names', async () => {
    running = await startApp();
    const client = await connectJson(running.url);
    await client.login({ uid: 'ada', device: 'phone' });
    expect(await running.push.connectionsOf('ada')).toMatchObject([{ device: 'phone' }]);
  });

  it('are refused beyond the limit when the policy is to refuse', async () => {
    running = await startApp({ push: { maxConnectionsPerUid: 2 } });
    const [first, second, third] = [
      await connectJson(running.url),
      await connectJson(running.url),
      await connectJson(running.url),
    ];
    await first.login('ada');
    await second.login('ada');
    third.send({ event: 'auth', data: { uid: 'ada' }, id: 1 });
    expect(await third.next()).toMatchObject({ id: 1, data: { code: 'CONNECTION_LIMIT' } });
    expect(await third.waitForClose()).toMatchObject({ code: 4429 });
    expect(await running.push.countConnections()).toBe(2);
    const other = await connectJson(running.url);
    await other.login('bob');
  });

  it('push out the oldest beyond the limit when the policy is to close it', async () => {
    running = await startApp({
      push: { maxConnectionsPerUid: 1, connectionLimitPolicy: 'close-oldest' },
    });
    const events = eventsOf(running.push);
    const [first, second] = [await connectText(running.url), await connectText(running.url)];
    await first.login('ada');
    await second.login('ada');
    expect(await first.waitForClose()).toMatchObject({ code: 4409 });
    await running.push.sendToUid('ada', 'hi');
    expect(await second.next()).toBe('hi');
    expect(await running.push.countConnections()).toBe(1);
    expect(events.seen.map(({ type }) => type)).not.toContain('offline');
  });
});
