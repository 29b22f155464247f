import { describe, expect, it } from 'vitest';
import { SignJWT } from 'jose';
import {
  Authenticator,
  JwtAuthenticator,
  type Credential,
  type Identity,
} from '../../src/index.js';
import { eventsOf } from '../support/events.js';
import { useApp } from '../support/use-app.js';

const SECRET = 'a secret for tests, long enough for HS256';
const app = useApp();

function tokenOf(sub: string, expiresAt?: number): Promise<string> {
  const token = new SignJWT({ role: 'tester' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub);
  if (expiresAt !== undefined) token.setExpirationTime(expiresAt);
  return token.sign(new TextEncoder().encode(SECRET));
}

/** The credential says for how many milliseconds it holds. */
class ShortLived extends Authenticator {
  authenticate(credential: Credential): Identity | null {
    const { uid, lifetime } = credential as { uid: string; lifetime?: number };
    if (uid === 'refused') return null;
    return {
      uid,
      claims: { lifetime },
      ...(lifetime !== undefined && { expiresAt: Date.now() + lifetime }),
    };
  }
}

describe('an identity', () => {
  it('comes from a JSON Web Token, for both protocols', async () => {
    await app.start({ push: { authenticator: new JwtAuthenticator({ secret: SECRET }) } });
    const [json, text] = [await app.connectJson(), await app.connectText()];
    await json.login({ token: await tokenOf('ada') });
    expect(await text.authenticate(await tokenOf('ada'))).toContain('ada');
    expect(await app.push.connectionsOf('ada')).toMatchObject([
      { claims: { sub: 'ada', role: 'tester' } },
      { claims: { sub: 'ada', role: 'tester' } },
    ]);
  });

  it('is refused when the token is not signed by the secret', async () => {
    await app.start({
      push: { authenticator: new JwtAuthenticator({ secret: `${SECRET}, another one` }) },
    });
    const client = await app.connectJson();
    client.write({ event: 'auth', data: { token: await tokenOf('ada') } });
    expect(await client.next()).toMatchObject({ data: { code: 'AUTH_FAILED' } });
    expect(await client.expectClose()).toMatchObject({ code: 4401 });
  });

  it('that expires closes its connection with 4401, after saying so', async () => {
    await app.start({ push: { authenticator: new ShortLived() } });
    const client = await app.json({ uid: 'ada', lifetime: 50 });
    expect(await client.next()).toMatchObject({ event: 'error', data: { code: 'AUTH_EXPIRED' } });
    expect(await client.expectClose()).toMatchObject({ code: 4401 });
    expect(await app.push.isOnline('ada')).toBe(false);
  });

  it('can be renewed for the same uid, and lives on', async () => {
    await app.start({ push: { authenticator: new ShortLived() } });
    const [renewed, witness] = [await app.connectJson(), await app.connectJson()];
    const { connectionId } = await renewed.login({ uid: 'ada', lifetime: 1_000 });
    await witness.login({ uid: 'bob', lifetime: 1_200 });
    const reply = await renewed.exchange('auth', { uid: 'ada' });
    expect(reply).toMatchObject({ event: 'auth', data: { uid: 'ada', connectionId } });
    await witness.expectClose();
    expect(await renewed.settle()).toEqual([]);
    const [{ claims }] = await app.push.connectionsOf('ada');
    expect(claims).toEqual({});
  });

  it('cannot be changed to another uid, and the refusal leaves the connection as it was', async () => {
    await app.start({ push: { authenticator: new ShortLived() } });
    const client = await app.json('ada');
    for (const data of [{ uid: 'bob' }, { uid: 'refused' }, 'no object', null]) {
      const reply = await client.exchange('auth', data);
      expect(reply).toMatchObject({ event: 'error', data: { code: 'AUTH_FAILED' } });
    }
    await app.push.sendToUid('ada', 'still ada');
    expect(await client.next()).toMatchObject({ data: { data: 'still ada' } });
    expect(await app.push.isOnline('bob')).toBe(false);
  });

  it('that has expired already is refused', async () => {
    await app.start({ push: { authenticator: new ShortLived() } });
    const client = await app.connectJson();
    client.write({ event: 'auth', data: { uid: 'ada', lifetime: -1 } });
    expect(await client.next()).toMatchObject({ data: { code: 'AUTH_FAILED' } });
  });
});

describe('a heartbeat', () => {
  it('drops a client that gives no sign of life, and keeps one that answers pings', async () => {
    await app.start({ push: { heartbeatInterval: 300 } });
    const [silent, lively] = [await app.json('ada'), await app.json('bob')];
    const events = eventsOf(app.push);
    // A socket that is not read does not see the ping, so it does not answer.
    silent.pause();
    await events.waitFor((event) => event.type === 'offline' && event.uid === 'ada');
    expect(await app.push.isOnline('bob')).toBe(true);
    expect(await lively.settle()).toEqual([]);
  });
});
