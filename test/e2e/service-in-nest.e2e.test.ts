import { describe, expect, it } from 'vitest';
import { Controller, Injectable, Param, Post, type OnApplicationBootstrap } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import supertest from 'supertest';
import {
  ConnectionRegistryService,
  MemoryCluster,
  MemoryEngine,
  PushModule,
} from '../../src/index.js';
import { useApp } from '../support/use-app.js';

const app = useApp();

describe('ConnectionRegistryService', () => {
  it('can be called from a controller', async () => {
    @Controller('orders')
    class Orders {
      constructor(private readonly push: ConnectionRegistryService) {}
      @Post(':id/shipped')
      shipped(@Param('id') id: string) {
        return this.push.sendToUid('ada', { type: 'shipped', id });
      }
    }
    await app.start({ controllers: [Orders] });
    const ada = await app.json('ada');
    const { body } = await supertest(app.http).post('/orders/7/shipped').expect(201);
    expect(body).toMatchObject({ nodes: 1 });
    expect(await ada.next()).toMatchObject({ data: { data: { type: 'shipped', id: '7' } } });
  });

  it('can be called while the application starts', async () => {
    @Injectable()
    class Starter implements OnApplicationBootstrap {
      result: unknown;
      constructor(private readonly push: ConnectionRegistryService) {}
      async onApplicationBootstrap(): Promise<void> {
        this.result = await this.push.broadcast('hello');
      }
    }
    await app.start({ providers: [Starter] });
    expect(app.nest.get(Starter).result).toMatchObject({ nodes: 0 });
  });

  it('is injected with a map of events as without', async () => {
    @Injectable()
    class Shop {
      constructor(readonly push: ConnectionRegistryService<{ message: { sold: number } }>) {}
    }
    await app.start({ providers: [Shop] });
    const ada = await app.json('ada');
    const { push } = app.nest.get(Shop);
    expect(push).toBe(app.push);
    expect(await push.sendToUid('ada', { sold: 7 })).toMatchObject({ nodes: 1 });
    expect(await ada.settledData()).toEqual([{ sold: 7 }]);
  });

  it('is the same in a process without sockets, which reaches those that have them', async () => {
    const cluster = new MemoryCluster();
    await app.start({ push: { engine: new MemoryEngine(cluster) } });
    const ada = await app.json('ada');
    const worker = await Test.createTestingModule({
      imports: [PushModule.forRoot({ gateway: false, engine: new MemoryEngine(cluster) })],
    }).compile();
    await worker.init();
    const push = worker.get(ConnectionRegistryService);
    expect(await push.isOnline('ada')).toBe(true);
    expect(await push.sendToUid('ada', 'from a worker')).toMatchObject({ nodes: 1 });
    expect(await ada.settledData()).toEqual(['from a worker']);
    expect(await push.countNodes()).toBe(2);
    await worker.close();
    expect(await app.push.countNodes()).toBe(1);
  });
});
