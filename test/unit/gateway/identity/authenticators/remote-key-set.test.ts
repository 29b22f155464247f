import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { JwtAuthenticator } from '../../../../../src/gateway/identity/authenticators/jwt.authenticator.js';
import {
  createIssuer,
  forge,
  NOW,
  serveKeySet,
  signWith,
  TRY_AGAIN,
  type Issuer,
  type KeySetServer,
} from '../../../../support/jwt.js';

describe('JwtAuthenticator with a key set', () => {
  let first: Issuer;
  let second: Issuer;
  let keySet: KeySetServer;

  beforeAll(async () => {
    first = await createIssuer('RS256', 'first');
    second = await createIssuer('RS256', 'second');
  });

  beforeEach(async () => {
    keySet = await serveKeySet(first.jwk);
  });

  afterEach(async () => {
    vi.useRealTimers();
    await keySet.close();
  });

  const uidOf = async (authenticator: JwtAuthenticator, token: string) =>
    (await authenticator.authenticate({ token }))?.uid;

  it('fetches the key set for the first token and keeps it', async () => {
    const authenticator = new JwtAuthenticator({ jwksUrl: keySet.url });
    expect(keySet.requests).toBe(0);
    expect(await uidOf(authenticator, await first.sign({ sub: 'ada' }))).toBe('ada');
    expect(await uidOf(authenticator, await first.sign({ sub: 'bob' }))).toBe('bob');
    expect(keySet.requests).toBe(1);
  });

  it('takes a URL object as well', async () => {
    const authenticator = new JwtAuthenticator({ jwksUrl: new URL(keySet.url) });
    expect(await uidOf(authenticator, await first.sign({ sub: 'ada' }))).toBe('ada');
  });

  it.each(['ES384', 'EdDSA'] as const)('verifies %s by it', async (alg) => {
    const issuer = await createIssuer(alg, 'other');
    keySet.publish(first.jwk, issuer.jwk);
    const authenticator = new JwtAuthenticator({ jwksUrl: keySet.url });
    expect(await uidOf(authenticator, await issuer.sign({ sub: 'ada' }))).toBe('ada');
  });

  it('finds a new key after rotation, and forgets the old one', async () => {
    const authenticator = new JwtAuthenticator({ jwksUrl: keySet.url, jwksCooldown: 0 });
    const old = await first.sign({ sub: 'ada' });
    expect(await uidOf(authenticator, old)).toBe('ada');
    keySet.publish(second.jwk);
    expect(await uidOf(authenticator, await second.sign({ sub: 'ada' }))).toBe('ada');
    expect(await uidOf(authenticator, old)).toBeUndefined();
  });

  it('refuses a kid that new keys do not have, and asks again only after the cooldown', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: NOW });
    const authenticator = new JwtAuthenticator({ jwksUrl: keySet.url, jwksCooldown: 1_000 });
    const token = await second.sign({ sub: 'ada' });
    expect(await uidOf(authenticator, token)).toBeUndefined();
    keySet.publish(second.jwk);
    await expect(uidOf(authenticator, token)).rejects.toMatchObject(TRY_AGAIN);
    expect(keySet.requests).toBe(1);
    vi.advanceTimersByTime(1_001);
    expect(await uidOf(authenticator, token)).toBe('ada');
    expect(keySet.requests).toBe(2);
  });

  it('fetches it anew when it is too old, so that a withdrawn key is refused', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: NOW });
    const authenticator = new JwtAuthenticator({ jwksUrl: keySet.url, jwksCacheMaxAge: 60_000 });
    const token = await first.sign({ sub: 'ada' });
    expect(await uidOf(authenticator, token)).toBe('ada');
    keySet.publish(second.jwk);
    vi.advanceTimersByTime(60_001);
    expect(await uidOf(authenticator, token)).toBeUndefined();
  });

  it('tries every fitting key for a token that names none', async () => {
    keySet.publish(first.jwk, second.jwk);
    const stranger = await createIssuer('RS256');
    const authenticator = new JwtAuthenticator({ jwksUrl: keySet.url });
    expect(await uidOf(authenticator, await second.sign({ sub: 'ada' }, {}))).toBe('ada');
    expect(await uidOf(authenticator, await stranger.sign({ sub: 'ada' }, {}))).toBeUndefined();
  });

  it('does not ask for the key set for garbage or an algorithm that is not allowed', async () => {
    const authenticator = new JwtAuthenticator({ jwksUrl: keySet.url, algorithms: ['ES256'] });
    const header = { typ: 'JWT', kid: 'first' };
    expect(await uidOf(authenticator, 'garbage')).toBeUndefined();
    expect(await uidOf(authenticator, forge({ ...header, alg: 'none' }, {}))).toBeUndefined();
    expect(await uidOf(authenticator, forge({ ...header, alg: 'RS256' }, {}))).toBeUndefined();
    expect(await uidOf(authenticator, await signWith(first.pem, {}))).toBeUndefined();
    expect(keySet.requests).toBe(0);
  });

  it('takes no shared secret out of a key set', async () => {
    const secret = 'x'.repeat(32);
    const k = Buffer.from(secret).toString('base64url');
    keySet.publish(first.jwk, { kty: 'oct', k, alg: 'HS256' });
    const authenticator = new JwtAuthenticator({ jwksUrl: keySet.url });
    expect(await uidOf(authenticator, await signWith(secret, { sub: 'eve' }))).toBeUndefined();
  });

  it('never looks at the keys or addresses that a token brings along', async () => {
    const eve = await createIssuer('RS256');
    const header = { alg: 'RS256', kid: 'first', jwk: eve.jwk, jku: 'http://127.0.0.1:1/' };
    const signature = (await eve.sign({ sub: 'ada' }, {})).split('.')[2];
    const authenticator = new JwtAuthenticator({ jwksUrl: keySet.url });
    expect(await uidOf(authenticator, forge(header, { sub: 'ada' }, signature))).toBeUndefined();
  });

  it('takes old keys anew though the cooldown is longer than they are good', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: NOW });
    const jwksUrl = keySet.url;
    const authenticator = new JwtAuthenticator({ jwksUrl, jwksCacheMaxAge: 1_000 });
    const token = await first.sign({ sub: 'ada' });
    expect(await uidOf(authenticator, token)).toBe('ada');
    vi.advanceTimersByTime(1_001);
    expect(await uidOf(authenticator, token)).toBe('ada');
    expect(keySet.requests).toBe(2);
  });
});
