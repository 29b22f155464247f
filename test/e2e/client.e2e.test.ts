import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { describe, expect, it } from 'vitest';
import { AllowAllRoutePolicy, JwtAuthenticator, Uid } from '../../src/index.js';
import { SECRET, signWith } from '../support/jwt.js';
import { until } from '../support/until.js';
import { useApp } from '../support/use-app.js';
import { usePushClients } from '../support/use-push-clients.js';

interface ShopEvents {
  emits: { 'cart:add': { data: { article: string }; reply: { owner: string; article: string } } };
}

@WebSocketGateway()
class CartGateway {
  @SubscribeMessage('cart:add')
  add(@MessageBody() data: { article: string }, @Uid() owner: string) {
    return { event: 'cart', data: { owner, ...data } };
  }

  @SubscribeMessage('silent')
  silent(): void {}
}

const app = useApp({ providers: [CartGateway] });
const newClient = usePushClients();

describe('a client of the SDK', () => {
  it('sends to users and gets what users and the application send', async () => {
    await app.start();
    const [ada, ben] = [newClient(app.url), newClient(app.url, { uid: 'ben' })];
    expect(await ada.client.connect()).toMatchObject({ uid: 'ada' });
    await ben.client.connect();
    const sent = await ada.client.send('ben', { text: 'hi' });
    expect(sent.nodes).toBe(1);
    expect(await ben.message()).toEqual({ id: sent.id, from: 'ada', data: { text: 'hi' } });
    const { id } = await app.push.sendToUid('ben', [1, 'two']);
    expect(await ben.message()).toEqual({ id, data: [1, 'two'] });
  });

  it('broadcasts where the route policy lets it, and learns where it does not', async () => {
    await app.start({ push: { routePolicy: AllowAllRoutePolicy } });
    const ada = newClient(app.url);
    await ada.client.connect();
    await ada.client.broadcast('to all');
    expect(await ada.message()).toMatchObject({ from: 'ada', data: 'to all' });
    await app.close();
    await app.start();
    const eve = newClient(app.url, { uid: 'eve' });
    await eve.client.connect();
    await expect(eve.client.broadcast('spam')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(eve.client.send([], 'x')).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('emits events of the application and gets their replies', async () => {
    await app.start();
    const { client } = newClient<ShopEvents>(app.url, { replyTimeout: 200 });
    await client.connect();
    expect(await client.emit('cart:add', { article: 'a' })).toEqual({ owner: 'ada', article: 'a' });
    const untyped = newClient(app.url, { replyTimeout: 200 }).client;
    await untyped.connect();
    await expect(untyped.emit('unheard of')).rejects.toMatchObject({ code: 'UNKNOWN_EVENT' });
    await expect(untyped.emit('silent')).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('keeps the order of what is sent, before and after it is connected', async () => {
    await app.start();
    const [ada, ben] = [newClient(app.url), newClient(app.url, { uid: 'ben' })];
    await ben.client.connect();
    const early = Array.from({ length: 50 }, (_, i) => ada.client.send('ben', i));
    await ada.client.connect();
    const late = Array.from({ length: 50 }, (_, i) => ada.client.send('ben', 50 + i));
    await Promise.all([...early, ...late]);
    await until('all messages are there', () => ben.messages.length === 100);
    expect(ben.messages.map(({ data }) => data)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('is not cut off because a frame is too large for the server', async () => {
    await app.start();
    const { client } = newClient(app.url);
    await client.connect();
    const large = client.send('ben', 'x'.repeat(70_000));
    await expect(large).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    await client.send('ben', 'x'.repeat(65_000));
    expect(client.state.name).toBe('connected');
  });

  it('obeys when it is disconnected, and when another connection takes its place', async () => {
    await app.start({ push: { maxConnectionsPerUid: 1, connectionLimitPolicy: 'close-oldest' } });
    const first = newClient(app.url);
    await first.client.connect();
    const second = newClient(app.url);
    await second.client.connect();
    expect(await first.state('closed')).toMatchObject({ code: 4409 });
    await app.push.disconnect('ada');
    expect(await second.state('closed')).toMatchObject({ code: 4403, error: { code: 'CLOSED' } });
  });

  it('comes back when the application asks it to', async () => {
    await app.start();
    const ada = newClient(app.url);
    await ada.client.connect();
    await app.push.disconnect('ada', { code: 4500, reason: 'come again' });
    expect(await ada.state('waiting')).toMatchObject({ code: 4500, reason: 'come again' });
    await ada.state('connected');
  });
});

describe('a client of the SDK with tokens', () => {
  const push = { authenticator: new JwtAuthenticator({ secret: SECRET }) };

  const tokenFor = (seconds: number): Promise<string> =>
    signWith(SECRET, { sub: 'ada', exp: Math.floor(Date.now() / 1000) + seconds });

  it('renews its identity on the same connection, and outlives its tokens', async () => {
    await app.start({ push });
    const tokens: Promise<string>[] = [];
    // Renewed each second, long before the tokens expire: a slow machine must not be too late.
    const auth = async () => {
      tokens.push(tokenFor(4));
      return { token: await tokens.at(-1)!, expiresAt: Date.now() + 2000 };
    };
    const { client } = newClient(app.url, { auth });
    const { connectionId } = await client.connect();
    await until('the first tokens have expired', () => tokens.length >= 6);
    await client.send('ben', 'still ada');
    expect(client.state).toMatchObject({ name: 'connected', connectionId });
  });

  it('comes back with a fresh token when its identity has expired', async () => {
    await app.start({ push });
    const tokens = [await tokenFor(1), await tokenFor(60)];
    const refused: boolean[] = [];
    const auth = (context: { refused: boolean }) => {
      refused.push(context.refused);
      return { token: tokens.shift()!, expiresAt: Date.now() + 60_000 };
    };
    const ada = newClient(app.url, { auth });
    await ada.client.connect();
    expect(await ada.state('waiting')).toMatchObject({ code: 4401, reason: 'AUTH_EXPIRED' });
    await ada.state('connected');
    await ada.state('connected');
    expect(refused).toEqual([false, true]);
  });

  it('is closed when its fresh token is refused as well', async () => {
    await app.start({ push });
    const { client } = newClient(app.url, { auth: () => 'forged' });
    await expect(client.connect()).rejects.toMatchObject({ code: 'AUTH_FAILED' });
    expect(client.state).toMatchObject({ name: 'closed', code: 4401 });
  });
});
