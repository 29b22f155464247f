import { Controller, Param, Post, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import type { Server } from 'node:http';
import supertest from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ConnectionRegistryService,
  JwtAuthenticator,
  MemoryCluster,
  MemoryEngine,
  PushGateway,
  PushModule,
  TrustUidAuthenticator,
  Uid,
  type PushModuleOptions,
} from '../../src/index.js';
import { closeTestClients, createTestClient } from '../../src/testing/index.js';
import { SECRET, signWith } from '../support/jwt.js';

@Controller('orders')
class OrdersController {
  constructor(private readonly push: ConnectionRegistryService) {}

  @Post(':id/shipped/:uid')
  shipped(@Param('id') id: string, @Param('uid') uid: string) {
    return this.push.sendToUid(uid, { type: 'shipped', id });
  }
}

@PushGateway()
class CartGateway {
  @SubscribeMessage('cart:add')
  add(@Uid() uid: string, @MessageBody() { article }: { article: string }) {
    return { event: 'cart', data: { uid, article, items: 1 } };
  }
}

interface ShopEvents {
  message: { type: string; id: string };
  request: { data: string; answer: string };
  emits: { 'cart:add': { data: { article: string }; reply: { items: number } } };
}

const apps: INestApplication[] = [];
afterEach(async () => {
  await closeTestClients();
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

/** An application that does not listen yet. */
async function create(push: PushModuleOptions = {}): Promise<INestApplication> {
  const testing = await Test.createTestingModule({
    imports: [PushModule.forRoot({ authenticator: new TrustUidAuthenticator(), ...push })],
    controllers: [OrdersController],
    providers: [CartGateway],
  })
    .setLogger({ log() {}, warn() {}, error() {} })
    .compile();
  const app = testing.createNestApplication();
  apps.push(app);
  return app;
}

const serviceOf = (app: INestApplication) => app.get(ConnectionRegistryService);
const messageOf = (error: unknown) => (error as Error).message;

describe('a test client comes to an application', () => {
  it('that does not listen yet, beside supertest, which uses the same port', async () => {
    const app = await create();
    const [ada, bob] = await Promise.all([
      createTestClient(app, { uid: 'ada' }),
      createTestClient(app, { uid: 'bob' }),
    ]);
    await supertest(app.getHttpServer() as Server)
      .post('/orders/7/shipped/ada')
      .expect(201);
    expect(await ada.nextMessage({ type: 'shipped' })).toMatchObject({ data: { id: '7' } });
    await bob.expectNothing();
  });

  it('that listens, on whichever path and host', async () => {
    const app = await create({ path: '/realtime/' });
    await app.listen(0);
    const ada = await createTestClient(app, { uid: 'ada', device: 'phone' });
    expect(ada.uid).toBe('ada');
    const [info] = await serviceOf(app).connectionsOf('ada');
    expect(info).toMatchObject({ connectionId: ada.connectionId, device: 'phone' });
  });

  it('by its address, for one that runs elsewhere', async () => {
    const app = await create({ path: '/push' });
    await app.listen(0, '127.0.0.1');
    const address = (await app.getUrl()).replace('http', 'ws');
    const ada = await createTestClient(address, { uid: 'ada', path: '/push' });
    expect(ada.isOpen).toBe(true);
  });

  it('with a token, or whatever the authenticator takes', async () => {
    const app = await create({ authenticator: new JwtAuthenticator({ secret: SECRET }) });
    const token = await signWith(SECRET, { sub: 'ada', exp: Date.now() / 1000 + 60 });
    const clients = [
      await createTestClient(app, { token }),
      await createTestClient(app, { auth: { token, device: 'phone' } }),
    ];
    expect(clients.map(({ uid }) => uid)).toEqual(['ada', 'ada']);
    const text = await createTestClient(app, { token, codec: 'text' });
    expect(text.welcome).toContain('ada');
  });

  it('and is refused as any other: its identity, or its upgrade', async () => {
    const app = await create({ authenticator: new JwtAuthenticator({ secret: SECRET }) });
    const refused = { name: 'PushClientError', code: 'AUTH_FAILED' };
    await expect(createTestClient(app, { token: 'x' })).rejects.toMatchObject(refused);
    await expect(createTestClient(app, { token: 'x', codec: 'text' })).rejects.toMatchObject(
      refused,
    );
    await expect(createTestClient(app, { token: 'x', path: '/nobody' })).rejects.toMatchObject({
      name: 'UpgradeRefused',
      status: 404,
    });
  });
});

describe('a test client', () => {
  it('takes what comes in order, or by what it looks like, and leaves the rest', async () => {
    const app = await create();
    const ada = await createTestClient<ShopEvents>(app, { uid: 'ada' });
    for (const id of ['1', '2', '3']) await serviceOf(app).sendToUid('ada', { type: 'note', id });
    expect((await ada.nextMessage({ id: '2' })).data.id).toBe('2');
    expect((await ada.nextMessage(({ data }) => data.id > '2')).data.id).toBe('3');
    expect(await ada.next()).toMatchObject({ event: 'message', data: { data: { id: '1' } } });
    await ada.expectNothing();
  });

  it('says what came when what it waits for does not', async () => {
    const app = await create();
    const ada = await createTestClient(app, { uid: 'ada', timeout: 200 });
    await serviceOf(app).sendToUid('ada', { type: 'note' });
    const error = await ada.nextMessage({ type: 'shipped' }).catch(messageOf);
    expect(error).toMatch(/^Waited for a frame message with {"type":"shipped"}, but 200 ms passed/);
    expect(error).toContain('{"type":"note"}');
    await serviceOf(app).disconnect('ada');
    await expect(ada.nextMessage({ type: 'shipped' })).rejects.toThrow('closed with 4403');
  });

  it('fails by what has come where nothing was expected, after a round trip', async () => {
    const app = await create();
    const [ada, bob] = [
      await createTestClient(app, { uid: 'ada' }),
      await createTestClient(app, { uid: 'bob', codec: 'text' }),
    ];
    await ada.expectNothing();
    await bob.expectNothing();
    void serviceOf(app).broadcast('surprise');
    await expect(ada.expectNothing()).rejects.toThrow('surprise');
    await expect(bob.expectNothing()).rejects.toThrow('surprise');
    await bob.expectNothing();
  });

  it('sees what another node had sent, where nothing was expected', async () => {
    const cluster = new MemoryCluster();
    const [here, there] = [
      await create({ engine: new MemoryEngine(cluster) }),
      await create({ engine: new MemoryEngine(cluster) }),
    ];
    await there.init();
    const ada = await createTestClient(here, { uid: 'ada' });
    await ada.expectNothing(serviceOf(there));
    void serviceOf(there).sendToUid('ada', 'surprise');
    await expect(ada.expectNothing(serviceOf(there))).rejects.toThrow('surprise');
  });

  it('sends, emits, and rejects with the code of the server', async () => {
    const app = await create();
    const ada = await createTestClient<ShopEvents>(app, { uid: 'ada' });
    const bob = await createTestClient(app, { uid: 'bob' });
    expect(await ada.send('bob', { type: 'note', id: '1' })).toMatchObject({ nodes: 1 });
    expect(await bob.nextMessage()).toMatchObject({ from: 'ada', data: { id: '1' } });
    expect(await ada.emit('cart:add', { article: 'hat' })).toMatchObject({ items: 1, uid: 'ada' });
    await expect(ada.broadcast({ type: 'note', id: '2' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(bob.emit('unknown')).rejects.toMatchObject({ code: 'UNKNOWN_EVENT' });
  });

  it('acknowledges, and sees what another device settled', async () => {
    const app = await create({ history: {} });
    const phone = await createTestClient(app, { uid: 'ada', device: 'phone' });
    const laptop = await createTestClient(app, { uid: 'ada', device: 'laptop' });
    const { id } = await serviceOf(app).sendToUid('ada', 'approve?', { settle: 'first-ack' });
    const message = await phone.nextMessage();
    expect(await phone.ack(message)).toBe(1);
    expect(await laptop.nextEvent('settled')).toEqual({ id, offset: 1 });
    await expect(laptop.ack(message)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('answers requests, or refuses them, once', async () => {
    const app = await create();
    const ada = await createTestClient<ShopEvents>(app, { uid: 'ada' });
    const answered = serviceOf(app).request('ada', 'approve?');
    const request = await ada.nextRequest('approve?');
    await request.answer('yes');
    expect(await answered).toMatchObject({ answers: [{ data: 'yes' }] });
    await expect(request.answer('again')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const refused = serviceOf(app).request('ada', 'and now?');
    const [outcome] = await Promise.allSettled([
      refused,
      ada.nextRequest().then((next) => next.refuse('BUSY')),
    ]);
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'REJECTED' } });
  });

  it('renews its identity on the same connection', async () => {
    const app = await create();
    const ada = await createTestClient(app, { uid: 'ada' });
    const { connectionId } = ada;
    expect(await ada.authenticate({ uid: 'ada' })).toMatchObject({ connectionId });
  });

  it('waits for its end, and tells how it ended instead', async () => {
    const app = await create();
    const [ada, bob] = [
      await createTestClient(app, { uid: 'ada', timeout: 200 }),
      await createTestClient(app, { uid: 'bob' }),
    ];
    await expect(ada.expectClose()).rejects.toThrow('Waited for the connection to close, but 200');
    await serviceOf(app).disconnect('ada', { code: 4999, reason: 'over' });
    expect(await ada.expectClose({ code: 4999 })).toEqual({ code: 4999, reason: 'over' });
    await expect(ada.expectClose({ code: 4401 })).rejects.toThrow('{"code":4999,"reason":"over"}');
    expect(await bob.close()).toMatchObject({ code: 1000 });
  });

  it('leaves nothing behind: by `await using`, or by closing them all', async () => {
    const app = await create();
    {
      await using ada = await createTestClient(app, { uid: 'ada' });
      expect(await serviceOf(app).isOnline(ada.uid)).toBe(true);
    }
    expect(await serviceOf(app).isOnline('ada')).toBe(false);
    const clients = [
      await createTestClient(app, { uid: 'ada' }),
      await createTestClient(app, { uid: 'bob', codec: 'text' }),
    ];
    await closeTestClients();
    expect(clients.map(({ isOpen }) => isOpen)).toEqual([false, false]);
  });
});
