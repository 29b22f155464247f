import type { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import type { PushSocket } from '../../src/index.js';
import { useApp } from '../support/use-app.js';

const app = useApp();

afterEach(() => vi.restoreAllMocks());

describe('frames that go past ws', () => {
  it('leave in one write when one turn sends many to one connection', async () => {
    const client = await app.text('ada');
    const write = vi.spyOn(Socket.prototype, 'write');
    await Promise.all(Array.from({ length: 50 }, (_, i) => app.push.sendToUid('ada', `n${i}`)));
    for (let i = 0; i < 50; i++) expect(await client.next()).toBe(`n${i}`);
    expect(write).toHaveBeenCalledTimes(1);
  });

  it('do not pile up in a loop of awaited sends that never lets the turn end', async () => {
    const client = await app.text('ada');
    const write = vi.spyOn(Socket.prototype, 'write');
    for (let i = 0; i < 640; i++) await app.push.sendToUid('ada', 'x');
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
    await app.start({ push: { direct }, providers: [Raw] });
    const client = await app.connectText();
    client.write('ada');
    expect(await client.next()).toContain('ada');
    expect(await client.next()).toBe('by ws');
    await app.push.sendToUid('ada', 'last words');
    await app.push.disconnect('ada');
    expect(await client.next()).toBe('last words');
  });

  it.each(['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'] as const)(
    'reach a listener that the application has added with %s as well',
    async (add) => {
      const heard: string[] = [];
      @WebSocketGateway()
      class Listening implements OnGatewayConnection {
        handleConnection(client: PushSocket): void {
          const emitter: EventEmitter = client;
          emitter[add]('message', (data: Buffer) => heard.push(data.toString()));
        }
      }
      await app.start({ providers: [Listening] });
      const client = await app.json('ada');
      await client.exchange('ping');
      expect(heard).toEqual([expect.stringContaining('"ping"')]);
    },
  );
});
