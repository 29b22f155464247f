import { describe, expect, it } from 'vitest';
import { Injectable, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { ConnectionRegistryService } from '../../src/index.js';
import { refusedUpgrade } from '../support/client.js';
import { useApp } from '../support/use-app.js';

const app = useApp();

describe('the orderly end', () => {
  it('closes every socket with 1012, in batches, those without an identity too', async () => {
    await app.start({ push: { drainBatchSize: 2, drainInterval: 1 } });
    const clients = [];
    for (let i = 0; i < 5; i++) clients.push(await app.text(`user${i}`));
    const stranger = await app.connectText();
    const closed = app.close();
    for (const client of [...clients, stranger]) {
      expect(await client.expectClose()).toMatchObject({ code: 1012 });
    }
    await closed;
  });

  it("lets the application's hooks send before the sockets go", async () => {
    @Injectable()
    class Farewell implements OnModuleDestroy, BeforeApplicationShutdown {
      constructor(private readonly push: ConnectionRegistryService) {}
      async onModuleDestroy(): Promise<void> {
        await this.push.broadcast('first hook');
      }
      async beforeApplicationShutdown(): Promise<void> {
        await this.push.broadcast('last hook');
      }
    }
    await app.start({ providers: [Farewell] });
    const client = await app.text('ada');
    await app.close();
    expect(await client.next()).toBe('first hook');
    expect(await client.next()).toBe('last hook');
    expect(await client.expectClose()).toMatchObject({ code: 1012 });
  });

  it('refuses new upgrades with 503 from its beginning', async () => {
    let refused: Promise<unknown> | undefined;
    @Injectable()
    class Knocking implements BeforeApplicationShutdown {
      async beforeApplicationShutdown(): Promise<void> {
        refused = refusedUpgrade(app.url);
        await refused;
      }
    }
    await app.start({ providers: [Knocking] });
    await app.close();
    expect(await refused).toMatchObject({ status: 503 });
  });

  it('does not wait for a client that does not answer the closing handshake', async () => {
    await app.start({ push: { closeTimeout: 50 } });
    const raw = await app.openRaw();
    await raw.sendText('mute');
    await raw.nextText();
    await app.close();
    await raw.waitForEnd();
    expect(await raw.waitForCloseFrame()).toMatchObject({ code: 1012 });
  });

  it('completes events$, after everyone has gone offline', async () => {
    await app.start();
    const seen: string[] = [];
    const completed = new Promise<void>((resolve) => {
      app.push.events$.subscribe({ next: ({ type }) => seen.push(type), complete: resolve });
    });
    await app.json('ada');
    await app.close();
    await completed;
    expect(seen).toEqual(['online', 'connected', 'disconnected', 'offline']);
  });
});
