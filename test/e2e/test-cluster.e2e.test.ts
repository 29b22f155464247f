import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  AllowAllRoutePolicy,
  MemoryEngine,
  PushModule,
  TrustUidAuthenticator,
} from '../../src/index.js';
import {
  closeTestClients,
  createTestCluster,
  ENGINE,
  type TestCluster,
  type TestClusterOptions,
} from '../../src/testing/index.js';
import { eventsOf } from '../support/events.js';

let cluster: TestCluster | undefined;
afterEach(async () => {
  await closeTestClients();
  await cluster?.close();
  cluster = undefined;
});

async function create(options: TestClusterOptions = {}): Promise<TestCluster> {
  return (cluster = await createTestCluster(options));
}

const unavailable = { code: 'UNAVAILABLE' };
const dataOf = (frames: readonly { data?: unknown }[]): unknown[] =>
  frames.map(({ data }) => (data as { data: unknown }).data);

describe('a test cluster', () => {
  it('is one system of whole applications', async () => {
    const { nodes } = await create({ nodes: 3 });
    const ada = await nodes[0].client({ uid: 'ada' });
    const bob = await nodes[1].client({ uid: 'bob', codec: 'text' });
    expect(await nodes[2].push.countNodes()).toBe(3);
    expect(await nodes[2].push.broadcast('hello')).toMatchObject({ nodes: 2 });
    expect(await ada.nextMessage()).toMatchObject({ data: 'hello' });
    expect(await bob.nextMessage()).toBe('hello');
    const asked = nodes[2].push.request('ada', 'approve?');
    await (await ada.nextRequest()).answer('yes');
    expect(await asked).toMatchObject({ answers: [{ data: 'yes' }] });
  });

  it('takes applications as the test makes them', async () => {
    @Module({
      imports: [PushModule.forRoot({ authenticator: new TrustUidAuthenticator() })],
    })
    class AppModule {}
    const { nodes } = await create({
      app: async (engine) => {
        const testing = Test.createTestingModule({ imports: [AppModule] })
          .setLogger({ log() {}, warn() {}, error() {} })
          .overrideProvider(ENGINE)
          .useValue(engine);
        return (await testing.compile()).createNestApplication();
      },
    });
    const ada = await nodes[0].client({ uid: 'ada' });
    await nodes[1].push.sendToUid('ada', 'hello');
    expect(await ada.nextMessage()).toMatchObject({ data: 'hello' });
  });

  it('refuses applications that have another engine, and leaves none running', async () => {
    const made: string[] = [];
    const refused = create({
      app: async () => {
        const authenticator = new TrustUidAuthenticator();
        const testing = Test.createTestingModule({
          imports: [PushModule.forRoot({ authenticator, engine: new MemoryEngine() })],
          providers: [{ provide: 'closed', useValue: { onModuleDestroy: () => made.push('x') } }],
        }).setLogger({ log() {}, warn() {}, error() {} });
        return (await testing.compile()).createNestApplication();
      },
    });
    await expect(refused).rejects.toThrow('has another engine than app() was given');
    expect(made).toEqual(['x']);
  });

  it('holds up what goes between nodes until it settles, in order', async () => {
    const { nodes } = await create({ nodes: 3 });
    const ada = await nodes[0].client({ uid: 'ada' });
    cluster!.delay(({ from }) => from === 1);
    for (const i of [1, 2]) {
      expect(await nodes[1].push.sendToUid('ada', i)).toMatchObject({ nodes: 1 });
    }
    await nodes[2].push.sendToUid('ada', 'overtakes');
    await nodes[0].push.sendToUid('ada', 'local');
    expect(dataOf(await ada.settle())).toEqual(['overtakes', 'local']);
    expect(cluster!.underWay).toMatchObject([
      { kind: 'message', from: 1, to: 0 },
      { kind: 'message', from: 1, to: 0 },
    ]);
    await cluster!.settle();
    expect(dataOf(ada.takeAll())).toEqual([1, 2]);
    await nodes[1].push.sendToUid('ada', 3);
    await ada.expectNothing();
    cluster!.heal();
    await cluster!.settle();
    expect(dataOf(ada.takeAll())).toEqual([3]);
  });

  it('settles what the delayed causes, and what clients are to get', async () => {
    const { nodes } = await create();
    const ada = await nodes[0].client({ uid: 'ada' });
    cluster!.delay();
    const asked = nodes[1].push.request('ada', 'approve?');
    await cluster!.settle();
    await (await ada.nextRequest()).answer('yes');
    expect(cluster!.underWay).toMatchObject([{ kind: 'note', from: 0, to: 1 }]);
    await cluster!.settle();
    expect(await asked).toMatchObject({ answers: [{ data: 'yes' }] });
  });

  it('loses what it is told to, which senders do not notice, and a history makes up for', async () => {
    const { nodes } = await create({ push: { history: { checkInterval: 1_000 } } });
    const ada = await nodes[0].client({ uid: 'ada' });
    const lost = cluster!.drop(({ kind, to }) => kind === 'message' && to === 0);
    expect(await nodes[1].push.sendToUid('ada', 'plain')).toMatchObject({ nodes: 1 });
    const retained = await nodes[1].push.sendToUid('ada', 'retained', { retain: true });
    expect(retained).toMatchObject({ nodes: 1, offset: 1 });
    expect(lost).toHaveLength(2);
    await ada.expectNothing(nodes[0].push);
    cluster!.heal();
    await nodes[1].push.sendToUid('ada', 'next', { retain: true });
    expect((await ada.nextMessage()).data).toBe('retained');
    expect((await ada.nextMessage()).data).toBe('next');
  });
});

describe('a partition of a test cluster', () => {
  it('leaves clients connected, and calls of those without the store unavailable', async () => {
    const { nodes } = await create({ nodes: 3 });
    const ada = await nodes[0].client({ uid: 'ada' });
    const bob = await nodes[1].client({ uid: 'bob' });
    cluster!.partition([0], [1, 2]);
    await expect(nodes[0].push.sendToUid('ada', 1)).rejects.toMatchObject(unavailable);
    await expect(ada.send('bob', 1)).rejects.toMatchObject(unavailable);
    expect(nodes[0].push.health().status).toBe('down');
    expect(await nodes[1].push.sendToUid('ada', 2)).toMatchObject({ nodes: 0 });
    expect(await nodes[2].push.sendToUid('bob', 3)).toMatchObject({ nodes: 1 });
    await cluster!.settle();
    expect([ada.takeAll(), dataOf(bob.takeAll())]).toEqual([[], [3]]);
    cluster!.heal();
    expect(await nodes[1].push.sendToUid('ada', 4)).toMatchObject({ nodes: 1 });
    expect((await ada.nextMessage()).data).toBe(4);
  });

  it('ends with everyone seeing who has come and gone meanwhile', async () => {
    const { nodes } = await create({ nodes: 3 });
    const [here, there] = [eventsOf(nodes[0].push), eventsOf(nodes[1].push)];
    const ada = await nodes[0].client({ uid: 'ada' });
    const bob = await nodes[0].client({ uid: 'bob' });
    cluster!.partition([0]);
    await bob.close();
    expect(await nodes[1].push.online(['ada', 'bob'])).toEqual(
      new Map([
        ['ada', true],
        ['bob', true],
      ]),
    );
    cluster!.expire();
    expect(await nodes[1].push.countUids()).toBe(0);
    const changes = there.seen.filter(({ type }) => type === 'offline');
    expect(changes).toMatchObject([{ uid: 'ada' }, { uid: 'bob' }]);
    cluster!.heal();
    expect(await nodes[1].push.isOnline('ada')).toBe(true);
    expect(await nodes[1].push.isOnline('bob')).toBe(false);
    const online = here.seen.filter(({ type }) => type === 'online');
    expect(online).toMatchObject([{ uid: 'ada' }, { uid: 'bob' }, { uid: 'ada' }]);
    expect(ada.isOpen).toBe(true);
  });

  it('tells once of a user who went while nobody gave the node up', async () => {
    const { nodes } = await create({ nodes: 3 });
    const events = eventsOf(nodes[0].push);
    const ada = await nodes[0].client({ uid: 'ada' });
    cluster!.partition([0]);
    await ada.close();
    expect(events.seen.filter(({ type }) => type === 'offline')).toEqual([]);
    cluster!.heal();
    expect(events.seen.filter(({ type }) => type === 'offline')).toHaveLength(1);
    expect(await nodes[1].push.isOnline('ada')).toBe(false);
  });

  it('makes up for groups that have changed, and for what a history has kept', async () => {
    const { nodes } = await create({ nodes: 3, push: { history: {} } });
    const ada = await nodes[0].client({ uid: 'ada' });
    cluster!.partition([0]);
    await nodes[1].push.joinGroup('ada', 'editors');
    expect(await nodes[1].push.sendToUid('ada', 'kept', { retain: true })).toMatchObject({
      nodes: 0,
    });
    cluster!.heal();
    expect((await ada.nextMessage()).data).toBe('kept');
    expect(await nodes[2].push.sendToGroup('editors', 'hello')).toMatchObject({ nodes: 1 });
    expect((await ada.nextMessage()).data).toBe('hello');
  });

  it('brings to those who watch what they have missed', async () => {
    const { nodes } = await create({
      nodes: 3,
      push: { routePolicy: new AllowAllRoutePolicy() },
    });
    const ada = await nodes[0].client({ uid: 'ada' });
    await ada.exchange('watch', { uids: ['bob'] });
    cluster!.partition([0]);
    await nodes[1].client({ uid: 'bob' });
    await ada.expectNothing();
    cluster!.heal();
    expect(await ada.nextEvent('presence')).toMatchObject({ uid: 'bob', online: true });
  });
});

describe('a node that is killed in a test cluster', () => {
  it('breaks its connections, and is missed when its time is up', async () => {
    const { nodes } = await create({ nodes: 3 });
    const events = eventsOf(nodes[1].push);
    const ada = await nodes[0].client({ uid: 'ada' });
    await cluster!.kill(0);
    expect(await ada.expectClose({ code: 1006 })).toEqual({ code: 1006, reason: '' });
    expect(await nodes[1].push.isOnline('ada')).toBe(true);
    expect(await nodes[1].push.sendToUid('ada', 1)).toMatchObject({ nodes: 0 });
    cluster!.expire();
    expect(await nodes[1].push.isOnline('ada')).toBe(false);
    expect(events.seen).toMatchObject([{ type: 'offline', uid: 'ada' }]);
    expect(await nodes[2].push.counts()).toEqual({ connections: 0, uids: 0, nodes: 2 });
    cluster!.heal();
    expect(await nodes[2].push.countNodes()).toBe(2);
  });

  it('takes with it what was under way to it', async () => {
    const { nodes } = await create();
    await nodes[0].client({ uid: 'ada' });
    cluster!.delay();
    await nodes[1].push.sendToUid('ada', 1);
    await cluster!.kill(0);
    await cluster!.settle();
    expect(cluster!.underWay).toEqual([]);
  });
});
