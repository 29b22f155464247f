import { afterEach, describe, expect, it } from 'vitest';
import { Controller, Injectable, Param, Post, type OnApplicationBootstrap } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import supertest from 'supertest';
import {
  ConnectionRegistryService,
  MemoryCluster,
  MemoryEngine,
  PushModule,
} from '../../src/index.js';
import { startApp, type RunningApp } from '../support/app.js';
import { closeAll, connectJson, connectText, type JsonClient } from '../support/client.js';
import { eventsOf } from '../support/events.js';

let running: RunningApp;

afterEach(async () => {
  await closeAll();
  await running?.close();
});

async function join(...uids: string[]): Promise<(JsonClient & { connectionId: string })[]> {
  const clients = [];
  for (const uid of uids) {
    const client = await connectJson(running.url);
    const { connectionId } = await client.login(uid);
    clients.push(Object.assign(client, { connectionId }));
  }
  return clients;
}

/** The data of every message that has arrived. */
async function messages(client: JsonClient): Promise<unknown[]> {
  const frames = await client.settle();
  return frames.map(({ data }) => (data as { data: unknown }).data);
}

describe('ConnectionRegistryService', () => {
  it('sends to a uid, to uids, to a connection and to everyone', async () => {
    running = await startApp();
    const { push } = running;
    const [ada, adasPhone, bob] = await join('ada', 'ada', 'bob');
    expect(await push.sendToUid('ada', 1)).toEqual({ id: expect.any(String), nodes: 1 });
    await push.sendToUids(['ada', 'bob', 'nobody'], 2);
    await push.sendToConnection(adasPhone.connectionId, 3);
    await push.broadcast(4);
    expect(await messages(ada)).toEqual([1, 2, 4]);
    expect(await messages(adasPhone)).toEqual([1, 2, 3, 4]);
    expect(await messages(bob)).toEqual([2, 4]);
  });

  it('says nodes: 0 when nobody is there', async () => {
    running = await startApp();
    const { push } = running;
    for (const result of [
      await push.sendToUid('nobody', 1),
      await push.sendToUids(['nobody'], 1),
      await push.sendToUids([], 1),
      await push.sendToGroup('nothing', 1),
      await push.sendToConnection('@0000000000.1', 1),
      await push.broadcast(1),
    ]) {
      expect(result.nodes).toBe(0);
    }
  });

  it('leaves out uids and connections in `except`, without changing `nodes`', async () => {
    running = await startApp();
    const { push } = running;
    const [ada, adasPhone, bob] = await join('ada', 'ada', 'bob');
    expect(await push.broadcast(1, { except: 'ada' })).toMatchObject({ nodes: 1 });
    await push.sendToUid('ada', 2, { except: [adasPhone.connectionId] });
    expect(await push.sendToUid('bob', 3, { except: ['bob'] })).toMatchObject({ nodes: 1 });
    expect(await messages(ada)).toEqual([2]);
    expect(await messages(adasPhone)).toEqual([]);
    expect(await messages(bob)).toEqual([1]);
  });

  it('reaches groups of uids, with connections that come later, and of connections', async () => {
    running = await startApp();
    const { push } = running;
    const [ada, bobsTab, bobsPhone] = await join('ada', 'bob', 'bob');
    await push.joinGroup('ada', 'news');
    await push.joinGroup(bobsTab.connectionId, 'news');
    const [adasPhone] = await join('ada');
    expect(await push.sendToGroup('news', 1)).toMatchObject({ nodes: 1 });
    expect((await push.uidsInGroup('news')).sort()).toEqual(['ada', 'bob']);
    await push.leaveGroup('ada', 'news');
    await push.sendToGroup('news', 2);
    await push.dissolveGroup('news');
    expect(await push.sendToGroup('news', 3)).toMatchObject({ nodes: 0 });
    expect(await messages(ada)).toEqual([1]);
    expect(await messages(adasPhone)).toEqual([1]);
    expect(await messages(bobsTab)).toEqual([1, 2]);
    expect(await messages(bobsPhone)).toEqual([]);
  });

  it('keeps a connection in a group that it is in by itself when its uid leaves', async () => {
    running = await startApp();
    const { push } = running;
    const [ada] = await join('ada');
    await push.joinGroup('ada', 'news');
    await push.joinGroup(ada.connectionId, 'news');
    await push.leaveGroup('ada', 'news');
    expect(await push.sendToGroup('news', 1)).toMatchObject({ nodes: 1 });
    await push.leaveGroup(ada.connectionId, 'news');
    expect(await push.sendToGroup('news', 2)).toMatchObject({ nodes: 0 });
  });

  it('keeps a uid in its groups while it is offline', async () => {
    running = await startApp();
    const { push } = running;
    await push.joinGroup('ada', 'news');
    expect(await push.uidsInGroup('news')).toEqual(['ada']);
    expect(await push.sendToGroup('news', 1)).toMatchObject({ nodes: 0 });
    const [ada] = await join('ada');
    await push.sendToGroup('news', 2);
    expect(await messages(ada)).toEqual([2]);
  });

  it('knows who is here', async () => {
    running = await startApp();
    const { push } = running;
    await join('ada', 'ada', 'bob');
    expect(await push.isOnline('ada')).toBe(true);
    expect(await push.isOnline('eve')).toBe(false);
    expect(await push.online(['eve', 'bob'])).toEqual(
      new Map([
        ['eve', false],
        ['bob', true],
      ]),
    );
    expect(await push.countConnections()).toBe(3);
    expect(await push.countUids()).toBe(2);
    expect(await push.countNodes()).toBe(1);
    expect(push.health()).toMatchObject({ status: 'up' });
    const uids = [];
    for await (const uid of push.uids()) uids.push(uid);
    expect(uids.sort()).toEqual(['ada', 'bob']);
  });

  it('tells what is known of the connections of a uid', async () => {
    running = await startApp();
    const before = Date.now();
    const [ada] = await join('ada');
    const text = await connectText(running.url);
    await text.login('ada');
    const connections = await running.push.connectionsOf('ada');
    expect(connections).toMatchObject([
      { connectionId: ada.connectionId, uid: 'ada', codec: 'json', address: '127.0.0.1' },
      { uid: 'ada', codec: 'text', claims: {}, attributes: {} },
    ]);
    const { since, node, connectionId } = connections[0];
    expect(Date.parse(since)).toBeGreaterThanOrEqual(before - 1);
    expect(connectionId.startsWith(`@${node}.`)).toBe(true);
    expect(await running.push.connectionsOf('nobody')).toEqual([]);
  });

  it('disconnects a uid or one connection with the code and reason given', async () => {
    running = await startApp();
    const { push } = running;
    const [ada, adasPhone, bob] = await join('ada', 'ada', 'bob');
    expect(await push.disconnect(bob.connectionId)).toEqual({ nodes: 1 });
    expect(await bob.waitForClose()).toMatchObject({ code: 4403 });
    await push.disconnect('ada', { code: 4999, reason: 'banned' });
    for (const client of [ada, adasPhone]) {
      expect(await client.waitForClose()).toEqual({ code: 4999, reason: 'banned' });
    }
    expect(await push.countConnections()).toBe(0);
    expect(await push.disconnect('ada')).toEqual({ nodes: 0 });
  });

  it('tells of connections and of users that come and go, once per change', async () => {
    running = await startApp();
    const events = eventsOf(running.push);
    const [first, second] = await join('ada', 'ada');
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

  it.each([
    ['a number as uid', (push: ConnectionRegistryService) => push.sendToUid(5 as never, 1), 'uid'],
    ['the reserved uid', (push: ConnectionRegistryService) => push.sendToUid('all', 1), 'uid'],
    ['no list', (push: ConnectionRegistryService) => push.sendToUids('ada' as never, 1), 'uids'],
    ['an empty group', (push: ConnectionRegistryService) => push.sendToGroup('', 1), 'group'],
    [
      'no connectionId',
      (push: ConnectionRegistryService) => push.sendToConnection('ada', 1),
      'connectionId',
    ],
    ['a function', (push: ConnectionRegistryService) => push.broadcast(() => 1), 'data'],
    ['undefined', (push: ConnectionRegistryService) => push.broadcast(undefined), 'data'],
    ['a BigInt', (push: ConnectionRegistryService) => push.broadcast({ n: 1n }), 'data'],
    [
      'a wrong except',
      (push: ConnectionRegistryService) => push.broadcast(1, { except: [1] as never }),
      'except',
    ],
    [
      'a reserved close code',
      (push: ConnectionRegistryService) => push.disconnect('ada', { code: 1006 }),
      'code',
    ],
    [
      'a long reason',
      (push: ConnectionRegistryService) => push.disconnect('ada', { reason: 'é'.repeat(62) }),
      'reason',
    ],
  ])('refuses %s naming the argument', async (_, call, field) => {
    running = await startApp();
    await expect(call(running.push)).rejects.toMatchObject({
      name: 'PushException',
      code: 'VALIDATION_FAILED',
      details: [{ field }],
    });
  });

  it('refuses circular data', async () => {
    running = await startApp();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    await expect(running.push.broadcast(circle)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });

  it('can be called from a controller', async () => {
    @Controller('orders')
    class Orders {
      constructor(private readonly push: ConnectionRegistryService) {}
      @Post(':id/shipped')
      shipped(@Param('id') id: string) {
        return this.push.sendToUid('ada', { type: 'shipped', id });
      }
    }
    running = await startApp({ controllers: [Orders] });
    const [ada] = await join('ada');
    const { body } = await supertest(running.http).post('/orders/7/shipped').expect(201);
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
    running = await startApp({ providers: [Starter] });
    expect(running.app.get(Starter).result).toMatchObject({ nodes: 0 });
  });

  it('is the same in a process without sockets, which reaches those that have them', async () => {
    const cluster = new MemoryCluster();
    running = await startApp({ push: { engine: new MemoryEngine(cluster) } });
    const [ada] = await join('ada');
    const worker = await Test.createTestingModule({
      imports: [PushModule.forRoot({ gateway: false, engine: new MemoryEngine(cluster) })],
    }).compile();
    await worker.init();
    const push = worker.get(ConnectionRegistryService);
    expect(await push.isOnline('ada')).toBe(true);
    expect(await push.sendToUid('ada', 'from a worker')).toMatchObject({ nodes: 1 });
    expect(await messages(ada)).toEqual(['from a worker']);
    expect(await push.countNodes()).toBe(2);
    await worker.close();
    expect(await running.push.countNodes()).toBe(1);
  });
});
