import { describe, expect, it } from 'vitest';
import { UnauthorizedException } from '@nestjs/common';
import {
  Authenticator,
  type AuthenticationContext,
  type Credential,
  type Identity,
} from '../../src/index.js';
import { connectText, refusedUpgrade } from '../support/client.js';
import { eventsOf } from '../support/events.js';
import { useApp } from '../support/use-app.js';

const app = useApp();

/** Answers when the test lets it. */
class GatedAuthenticator extends Authenticator {
  private open!: () => void;
  private readonly gate = new Promise<void>((resolve) => (this.open = resolve));
  private arrived!: () => void;
  readonly asked = new Promise<void>((resolve) => (this.arrived = resolve));
  context: AuthenticationContext | undefined;

  release(): void {
    this.open();
  }

  async authenticate(credential: Credential, context: AuthenticationContext): Promise<Identity> {
    this.context = context;
    this.arrived();
    await this.gate;
    return { uid: typeof credential === 'string' ? credential : String(credential.uid) };
  }
}

class ThrowingAuthenticator extends Authenticator {
  constructor(private readonly error: unknown) {
    super();
  }

  authenticate(): Promise<Identity> {
    return Promise.reject(this.error);
  }
}

describe('the first message', () => {
  it('binds a json client to its uid and answers with uid and connectionId', async () => {
    const client = await app.connectJson();
    client.write({ event: 'auth', data: { uid: 'ada' }, id: 7 });
    const answer = await client.next();
    expect(answer).toEqual({
      event: 'auth',
      id: 7,
      data: { uid: 'ada', connectionId: expect.stringMatching(/^@[0-9a-z]{10}\.[0-9a-z]+$/) },
    });
    expect(await app.push.isOnline('ada')).toBe(true);
  });

  it('binds a text client to its uid and greets it in French', async () => {
    const client = await app.connectText();
    expect(await client.authenticate('ada')).toBe('Connexion réussie, votre uid est ada');
    expect(await app.push.isOnline('ada')).toBe(true);
  });

  it('greets text clients with the sentence of the option', async () => {
    await app.start({ push: { welcome: (uid) => `login success, your uid is ${uid}` } });
    const client = await app.connectText();
    expect(await client.authenticate('ada')).toBe('login success, your uid is ada');
  });

  it('tells the protocol by the first frame when no subprotocol was offered', async () => {
    const text = await app.connect();
    expect(await text.authenticate('ada')).toBe('Connexion réussie, votre uid est ada');
    const json = await app.connectJson({ protocols: [] });
    expect(json.subprotocol).toBe('');
    expect(await json.login('bob')).toMatchObject({ uid: 'bob' });
  });

  it('speaks the subprotocol that was offered, whatever stands beside it', async () => {
    const client = await app.connectText({ protocols: ['chat', 'push.v1.text'] });
    expect(client.subprotocol).toBe('push.v1.text');
    // With text, a brace is a uid like any other.
    expect(await client.authenticate('{ada}')).toContain('{ada}');
  });

  it('refuses the upgrade with 400 when only unknown subprotocols are offered', async () => {
    await app.start();
    const refusal = await refusedUpgrade(app.url, { protocols: ['chat', 'push.v9.json'] });
    expect(refusal.status).toBe(400);
    expect(refusal.body).toContain('push.v1.json');
  });

  it.each([
    ['a send', '{"event":"send","data":{"to":"bob","data":1},"id":"a"}'],
    ['broken JSON', '{"event":'],
    ['an array', '["auth"]'],
    ['a number', '42'],
    ['null', 'null'],
    ['nothing', ''],
  ])('answers %s as first json frame with AUTH_REQUIRED and closes with 4401', async (_, frame) => {
    const client = await app.connectJson();
    client.write(frame);
    expect(await client.next()).toMatchObject({ event: 'error', data: { code: 'AUTH_REQUIRED' } });
    expect(await client.expectClose()).toMatchObject({ code: 4401 });
  });

  it('answers a binary first frame with AUTH_REQUIRED and closes with 4401', async () => {
    const client = await app.connectText();
    client.write(Buffer.from('ada'));
    expect(await client.next()).toMatch(/^error:AUTH_REQUIRED:/);
    expect(await client.expectClose()).toMatchObject({ code: 4401 });
  });

  it.each([
    ['no data', { event: 'auth' }],
    ['no identity', { event: 'auth', data: {} }],
    ['a uid that is a number', { event: 'auth', data: { uid: 1 } }],
    ['the reserved uid', { event: 'auth', data: { uid: 'all' } }],
    ['the form of a connectionId', { event: 'auth', data: { uid: '@aaaaaaaaaa.1' } }],
    ['a uid with a control character', { event: 'auth', data: { uid: 'a\nb' } }],
    ['a uid that is too long', { event: 'auth', data: { uid: 'x'.repeat(129) } }],
    ['a device that is no name', { event: 'auth', data: { uid: 'ada', device: '' } }],
  ])('answers %s with AUTH_FAILED and closes with 4401', async (_, frame) => {
    const client = await app.connectJson();
    client.write(frame);
    expect(await client.next()).toMatchObject({ event: 'error', data: { code: 'AUTH_FAILED' } });
    expect(await client.expectClose()).toMatchObject({ code: 4401 });
    expect(await app.push.countConnections()).toBe(0);
  });

  it('takes a refusal that the authenticator throws as Nest does', async () => {
    await app.start({
      push: { authenticator: new ThrowingAuthenticator(new UnauthorizedException()) },
    });
    const client = await app.connectJson();
    client.write({ event: 'auth', data: { uid: 'ada' } });
    expect(await client.next()).toMatchObject({ data: { code: 'AUTH_FAILED' } });
    expect(await client.expectClose()).toMatchObject({ code: 4401 });
  });

  it('closes with 1011 when the authenticator fails, and goes on serving others', async () => {
    class Failing extends Authenticator {
      authenticate(credential: Credential): Identity {
        if (typeof credential === 'object' && credential.uid === 'ada') {
          throw new Error('the user database is away');
        }
        return { uid: 'bob' };
      }
    }
    await app.start({ push: { authenticator: Failing } });
    const client = await app.connectJson();
    client.write({ event: 'auth', data: { uid: 'ada' } });
    expect(await client.next()).toMatchObject({ data: { code: 'INTERNAL' } });
    expect(await client.expectClose()).toMatchObject({ code: 1011 });
    const other = await app.connectJson();
    expect(await other.login('bob')).toMatchObject({ uid: 'bob' });
  });

  it('leaves nothing behind when the welcome fails, and closes with 1011', async () => {
    const welcome = (): string => {
      throw new Error('no words');
    };
    await app.start({ push: { welcome } });
    const events = eventsOf(app.push);
    const client = await app.connectText();
    client.write('ada');
    expect(await client.expectClose()).toMatchObject({ code: 1011 });
    expect(await app.push.isOnline('ada')).toBe(false);
    expect(events.seen.map(({ type }) => type)).toEqual([
      'online',
      'connected',
      'disconnected',
      'offline',
    ]);
  });

  it('closes with 1011 when the authenticator hangs, and tells it to give up', async () => {
    const authenticator = new GatedAuthenticator();
    await app.start({ push: { authenticator, authenticatorTimeout: 50 } });
    const client = await app.connectJson();
    client.write({ event: 'auth', data: { uid: 'ada' } });
    expect(await client.expectClose()).toMatchObject({ code: 1011 });
    expect(authenticator.context!.signal.aborted).toBe(true);
  });

  it('closes with 4508 when no first message comes in time', async () => {
    await app.start({ push: { authTimeout: 100 } });
    const client = await app.connectJson();
    expect(await client.next()).toMatchObject({ data: { code: 'AUTH_TIMEOUT' } });
    expect(await client.expectClose()).toMatchObject({ code: 4508 });
  });

  it('keeps frames that come during authentication and handles them in order afterwards', async () => {
    const authenticator = new GatedAuthenticator();
    await app.start({ push: { authenticator } });
    const client = await app.connectJson();
    client.write({ event: 'auth', data: { uid: 'ada' } });
    await authenticator.asked;
    for (let i = 0; i < 100; i++) client.write({ event: 'send', data: { to: 'ada', data: i } });
    authenticator.release();
    expect(await client.next()).toMatchObject({ event: 'auth' });
    for (let i = 0; i < 100; i++) {
      expect(await client.next()).toMatchObject({ event: 'message', data: { data: i } });
    }
  });

  it('delivers what a client sent before it closed, as far as it was let in by then', async () => {
    const authenticator = new GatedAuthenticator();
    await app.start({ push: { authenticator } });
    const events = eventsOf(app.push);
    authenticator.release();
    const receiver = await app.json('bob');
    const client = await app.connectText();
    client.write('ada');
    client.write('bob:fire and forget');
    await client.close();
    expect(await receiver.next()).toMatchObject({ data: { from: 'ada', data: 'fire and forget' } });
    await events.waitFor(({ type }) => type === 'disconnected');
    expect(await app.push.isOnline('ada')).toBe(false);
  });

  it('closes with 4529 when more waits than the option allows', async () => {
    const authenticator = new GatedAuthenticator();
    await app.start({ push: { authenticator, maxPayload: 200, maxPendingBytes: 800 } });
    const client = await app.connectJson();
    for (let i = 0; i < 20; i++) client.write({ event: 'auth', data: { uid: 'ada' } });
    expect(await client.next()).toMatchObject({ data: { code: 'RATE_LIMITED' } });
    expect(await client.expectClose()).toMatchObject({ code: 4529 });
    authenticator.release();
  });

  it('tells the authenticator where the client comes from', async () => {
    const authenticator = new GatedAuthenticator();
    authenticator.release();
    await app.start({ push: { authenticator } });
    const client = await connectText(`${app.url}?tenant=a`, {
      headers: { origin: 'https://x.example' },
    });
    await client.authenticate('ada');
    expect(authenticator.context).toMatchObject({
      address: '127.0.0.1',
      url: '/?tenant=a',
      codec: 'text',
      headers: { origin: 'https://x.example' },
    });
  });
});
