import { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import type { PushSocket } from '../../src/index.js';
import { startApp, type RunningApp } from '../support/app.js';
import { closeAll, connectJson, connectText } from '../support/client.js';

let running: RunningApp;

afterEach(async () => {
  vi.restoreAllMocks();
  await closeAll();
  await running?.close();
});

describe('frames that go past ws', () => {
  it('leave in one write when one turn sends many to one connection', async () => {
    running = await startApp();
    const client = await connectText(running.url);
    await client.login('ada');
    const write = vi.spyOn(Socket.prototype, 'write');
    await Promise.all(Array.from({ length: 50 }, (_, i) => running.push.sendToUid('ada', `n${i}`)));
    for (let i = 0; i < 50; i++) expect(await client.next()).toBe(`n${i}`);
    expect(write).toHaveBeenCalledTimes(1);
  });

  it('do not pile up in a loop of awaited sends that never lets the turn end', async () => {
    running = await startApp();
    const client = await connectText(running.url);
    await client.login('ada');
    const write = vi.spyOn(Socket.prototype, 'write');
    for (let i = 0; i < 640; i++) await running.push.sendToUid('ada', 'x');
    expect(write.mock.calls.length).toBeGreaterThanOrEqual(10);
    for (let i = 0; i < 640; i++) expect(await client.next()).toBe('x');
  });

  it.each([true, false])('stay in order with what ws sends itself (direct: %s)', async (direct) => {
    @WebSocketGateway()
    class Raw implements OnGatewayConnection {
      handleConnection(client: PushSocket): void {
        client.send('by ws');
      }
    }
    running = await startApp({ push: { direct }, providers: [Raw] });
    const client = await connectText(running.url);
    client.send('ada');
    expect(await client.next()).toContain('ada');
    expect(await client.next()).toBe('by ws');
    await running.push.sendToUid('ada', 'last words');
    await running.push.disconnect('ada');
    expect(await client.next()).toBe('last words');
  });

  it.each(['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'] as const)(
    'reach a listener that the application has added with %s as well',
    async (add) => {
      const heard: string[] = [];
      @WebSocketGateway()
      class Listening implements OnGatewayConnection {
        handleConnection(client: PushSocket): void {
          client[add]('message', (data: Buffer) => heard.push(data.toString()));
        }
      }
      running = await startApp({ providers: [Listening] });
      const client = await connectJson(running.url);
      await client.login('ada');
      await client.request('ping');
      expect(heard).toEqual([expect.stringContaining('"ping"')]);
    },
  );
});
