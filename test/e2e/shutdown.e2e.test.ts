import { afterEach, describe, expect, it } from 'vitest';
import { Injectable, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { ConnectionRegistryService } from '../../src/index.js';
import { startApp } from '../support/app.js';
import { closeAll, connectJson, connectText, refusedUpgrade } from '../support/client.js';
import { closeAllRaw, openRaw } from '../support/raw-socket.js';

afterEach(async () => {
  await closeAll();
  closeAllRaw();
});

describe('the orderly end', () => {
  it('closes every socket with 1012, in batches, those without an identity too', async () => {
    const running = await startApp({ push: { drainBatchSize: 2, drainInterval: 1 } });
    const clients = [];
    for (let i = 0; i < 5; i++) {
      const client = await connectText(running.url);
      await client.login(`user${i}`);
      clients.push(client);
    }
    const stranger = await connectText(running.url);
    const closed = running.close();
    for (const client of [...clients, stranger]) {
      expect(await client.waitForClose()).toMatchObject({ code: 1012 });
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
    const running = await startApp({ providers: [Farewell] });
    const client = await connectText(running.url);
    await client.login('ada');
    await running.close();
    expect(await client.next()).toBe('first hook');
    expect(await client.next()).toBe('last hook');
    expect(await client.waitForClose()).toMatchObject({ code: 1012 });
  });

  it('refuses new upgrades with 503 from its beginning', async () => {
    let refused: Promise<unknown> | undefined;
    @Injectable()
    class Knocking implements BeforeApplicationShutdown {
      async beforeApplicationShutdown(): Promise<void> {
        refused = refusedUpgrade(running.url);
        await refused;
      }
    }
    const running = await startApp({ providers: [Knocking] });
    await running.close();
    expect(await refused).toMatchObject({ status: 503 });
  });

  it('does not wait for a client that does not answer the closing handshake', async () => {
    const running = await startApp({ push: { closeTimeout: 50 } });
    const raw = await openRaw(running.url);
    await raw.sendText('mute');
    await raw.nextText();
    await running.close();
    await raw.waitForEnd();
    expect(await raw.waitForCloseFrame()).toMatchObject({ code: 1012 });
  });

  it('completes events$, after everyone has gone offline', async () => {
    const running = await startApp();
    const seen: string[] = [];
    const completed = new Promise<void>((resolve) => {
      running.push.events$.subscribe({ next: ({ type }) => seen.push(type), complete: resolve });
    });
    const client = await connectJson(running.url);
    await client.login('ada');
    await running.close();
    await completed;
    expect(seen).toEqual(['online', 'connected', 'disconnected', 'offline']);
  });
});
