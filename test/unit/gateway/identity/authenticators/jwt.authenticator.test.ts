import { createPublicKey } from 'node:crypto';
import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import type { JWTPayload } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { JwtAuthenticator } from '../../../../../src/gateway/identity/authenticators/jwt.authenticator.js';
import type { JwtAuthenticatorOptions } from '../../../../../src/gateway/identity/authenticators/jwt.options.js';
import type { Credential } from '../../../../../src/protocol/frames.js';
import {
  CERTIFICATE,
  CERTIFIED_TOKEN,
  createIssuer,
  forge,
  NOW,
  NOW_SECONDS,
  SECRET,
  signWith,
} from './jwt-support.js';

/** What an authenticator with these options makes of a token with these claims. */
async function identify(claims: JWTPayload, options: JwtAuthenticatorOptions = {}) {
  const authenticator = new JwtAuthenticator({ secret: SECRET, ...options });
  return authenticator.authenticate({ token: await signWith(SECRET, claims) });
}

describe('JwtAuthenticator', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }));
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  describe('reads the token', () => {
    it("from a text client's whole first frame", async () => {
      const authenticator = new JwtAuthenticator({ secret: SECRET });
      const token = await signWith(SECRET, { sub: 'ada' });
      expect(await authenticator.authenticate(token)).toMatchObject({ uid: 'ada' });
    });

    it("from a json client's data", async () => {
      expect(await identify({ sub: 'ada' })).toMatchObject({ uid: 'ada' });
    });

    it('without a scheme such as Bearer in front of it', async () => {
      const authenticator = new JwtAuthenticator({ secret: SECRET });
      const token = await signWith(SECRET, { sub: 'ada' });
      expect(await authenticator.authenticate(`Bearer ${token}`)).toBeNull();
    });
  });

  describe('with a secret', () => {
    it.each(['HS256', 'HS384', 'HS512'] as const)('verifies %s', async (alg) => {
      const authenticator = new JwtAuthenticator({ secret: SECRET });
      const token = await signWith(SECRET, { sub: 'ada' }, alg);
      expect(await authenticator.authenticate(token)).toMatchObject({ uid: 'ada' });
    });

    it('takes bytes', async () => {
      const bytes = Uint8Array.from({ length: 32 }, (_, index) => index);
      const authenticator = new JwtAuthenticator({ secret: bytes });
      const token = await signWith(bytes, { sub: 'ada' });
      expect(await authenticator.authenticate(token)).toMatchObject({ uid: 'ada' });
    });

    it('takes tokens of every secret in a list, and of no other', async () => {
      const [old, next, other] = ['o', 'n', 'x'].map((letter) => letter.repeat(32));
      const authenticator = new JwtAuthenticator({ secret: [next, old] });
      for (const secret of [old, next]) {
        const token = await signWith(secret, { sub: 'ada' });
        expect(await authenticator.authenticate(token)).toMatchObject({ uid: 'ada' });
      }
      expect(await authenticator.authenticate(await signWith(other, { sub: 'ada' }))).toBeNull();
    });

    it('takes only the algorithms that are allowed', async () => {
      const authenticator = new JwtAuthenticator({ secret: SECRET, algorithms: ['HS512'] });
      const allowed = await signWith(SECRET, { sub: 'ada' }, 'HS512');
      const other = await signWith(SECRET, { sub: 'ada' }, 'HS256');
      expect(await authenticator.authenticate(allowed)).toMatchObject({ uid: 'ada' });
      expect(await authenticator.authenticate(other)).toBeNull();
    });

    it('does not show the secret when it is printed', () => {
      const authenticator = new JwtAuthenticator({ secret: SECRET });
      const printed = inspect(authenticator, { showHidden: true, depth: 9 });
      expect(printed).not.toContain(SECRET);
      expect(JSON.stringify(authenticator)).toBe('{}');
    });
  });

  describe('warns of a secret', () => {
    const warnings = (options: JwtAuthenticatorOptions): string[] => {
      const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
      new JwtAuthenticator(options);
      return warn.mock.calls.map(([message]) => String(message));
    };

    it('that is shorter than its hash, without printing it', () => {
      const logged = warnings({ secret: 'too-short' });
      expect(logged).toHaveLength(1);
      expect(logged[0]).toMatch(/32 bytes.*openssl rand/s);
      expect(logged[0]).not.toContain('too-short');
    });

    it.each<[string, number, JwtAuthenticatorOptions]>([
      ['31 bytes for any HS*', 1, { secret: 'x'.repeat(31) }],
      ['32 bytes for any HS*', 0, { secret: 'x'.repeat(32) }],
      ['63 bytes for HS512 only', 1, { secret: 'x'.repeat(63), algorithms: ['HS512'] }],
      ['64 bytes for HS512 only', 0, { secret: 'x'.repeat(64), algorithms: ['HS512'] }],
      ['16 characters of 2 bytes each', 0, { secret: 'é'.repeat(16) }],
    ])('by its bytes and its algorithms: %s', (_, expected, options) => {
      expect(warnings(options)).toHaveLength(expected);
    });

    it('and takes its tokens all the same', async () => {
      vi.spyOn(Logger.prototype, 'warn').mockReturnValueOnce();
      const authenticator = new JwtAuthenticator({ secret: 'short' });
      const token = await signWith('short', { sub: 'ada' });
      expect(await authenticator.authenticate(token)).toMatchObject({ uid: 'ada' });
    });
  });

  describe('with a public key', () => {
    it.each(['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const)(
      'verifies %s by a PEM, a JWK and a KeyObject',
      async (alg) => {
        const issuer = await createIssuer(alg);
        const token = await issuer.sign({ sub: 'ada' });
        for (const publicKey of [issuer.pem, issuer.jwk, createPublicKey(issuer.pem)]) {
          const authenticator = new JwtAuthenticator({ publicKey });
          expect(await authenticator.authenticate(token)).toMatchObject({ uid: 'ada' });
        }
      },
    );

    it('verifies by an X.509 certificate', async () => {
      const authenticator = new JwtAuthenticator({ publicKey: CERTIFICATE });
      expect(await authenticator.authenticate(CERTIFIED_TOKEN)).toMatchObject({ uid: 'ada' });
    });

    it('takes keys of several kinds side by side', async () => {
      const old = await createIssuer('RS256');
      const next = await createIssuer('EdDSA');
      const authenticator = new JwtAuthenticator({ publicKey: [next.jwk, old.pem] });
      for (const issuer of [old, next]) {
        const token = await issuer.sign({ sub: 'ada' });
        expect(await authenticator.authenticate(token)).toMatchObject({ uid: 'ada' });
      }
    });

    it('keeps to the alg of a JWK', async () => {
      const issuer = await createIssuer('RS256');
      const publicKey = { ...issuer.jwk, alg: 'RS512' };
      const authenticator = new JwtAuthenticator({ publicKey });
      expect(await authenticator.authenticate(await issuer.sign({ sub: 'ada' }))).toBeNull();
    });

    it('refuses the token of another key', async () => {
      const [issuer, eve] = [await createIssuer('ES256'), await createIssuer('ES256')];
      const authenticator = new JwtAuthenticator({ publicKey: issuer.pem });
      expect(await authenticator.authenticate(await eve.sign({ sub: 'ada' }))).toBeNull();
    });

    it('refuses HS256 signed with the public key as if it were a secret', async () => {
      const issuer = await createIssuer('RS256');
      const authenticator = new JwtAuthenticator({ publicKey: issuer.pem });
      for (const confused of [issuer.pem, issuer.pem.trim(), JSON.stringify(issuer.jwk)]) {
        const token = await signWith(confused, { sub: 'ada' });
        expect(await authenticator.authenticate(token)).toBeNull();
      }
    });
  });

  describe('checks the claims:', () => {
    const second = 1;

    it.each<[string, JWTPayload, JwtAuthenticatorOptions, boolean]>([
      ['not yet expired', { exp: NOW_SECONDS + second }, {}, true],
      ['expired now', { exp: NOW_SECONDS }, {}, false],
      ['expired, within the tolerance', { exp: NOW_SECONDS - 4 }, { clockTolerance: 5 }, true],
      ['expired, beyond the tolerance', { exp: NOW_SECONDS - 5 }, { clockTolerance: 5 }, false],
      ['valid from now', { nbf: NOW_SECONDS }, {}, true],
      ['not yet valid', { nbf: NOW_SECONDS + second }, {}, false],
      ['not yet valid, within', { nbf: NOW_SECONDS + 5 }, { clockTolerance: 5 }, true],
      ['not yet valid, beyond', { nbf: NOW_SECONDS + 6 }, { clockTolerance: 5 }, false],
      ['no expiry', {}, {}, true],
      ['no expiry though required', {}, { requireExpiry: true }, false],
      ['an expiry as required', { exp: NOW_SECONDS + second }, { requireExpiry: true }, true],
      ['the right issuer', { iss: 'login' }, { issuer: 'login' }, true],
      ['one of the issuers', { iss: 'login' }, { issuer: ['sso', 'login'] }, true],
      ['another issuer', { iss: 'eve' }, { issuer: 'login' }, false],
      ['no issuer', {}, { issuer: 'login' }, false],
      ['the right audience', { aud: 'push' }, { audience: 'push' }, true],
      ['an audience of many', { aud: ['shop', 'push'] }, { audience: ['push', 'p'] }, true],
      ['another audience', { aud: ['shop'] }, { audience: 'push' }, false],
      ['no audience', {}, { audience: 'push' }, false],
      ['an audience though none is set', { aud: 'shop' }, {}, true],
    ])('%s', async (_, claims, options, isTaken) => {
      const identity = await identify({ sub: 'ada', ...claims }, options);
      expect(identity !== null).toBe(isTaken);
    });

    it.each([['soon'], [null], [{}], [1e300]])('refuses %j as exp', async (exp) => {
      const claims = { sub: 'ada', exp } as JWTPayload;
      expect(await identify(claims)).toBeNull();
    });
  });

  describe('answers an identity', () => {
    it('with every claim of the token', async () => {
      const claims = { sub: 'ada', roles: ['admin'], tenant: { id: 7 } };
      expect(await identify(claims)).toEqual({ uid: 'ada', claims });
    });

    it('that expires when the token does, in milliseconds', async () => {
      const identity = await identify({ sub: 'ada', exp: NOW_SECONDS + 60 });
      expect(identity?.expiresAt).toBe(NOW + 60_000);
    });

    it('that lives longer by the clock tolerance', async () => {
      const claims = { sub: 'ada', exp: NOW_SECONDS + 60 };
      expect((await identify(claims, { clockTolerance: 5 }))?.expiresAt).toBe(NOW + 65_000);
    });

    it('that never expires when the token does not', async () => {
      expect(await identify({ sub: 'ada' })).not.toHaveProperty('expiresAt');
    });

    it('with the uid of another claim', async () => {
      const claims = { sub: 'ada', 'https://example.com/uid': 'u-1' };
      const identity = await identify(claims, { uidClaim: 'https://example.com/uid' });
      expect(identity?.uid).toBe('u-1');
    });

    it('with the digits of an integer', async () => {
      expect((await identify({ id: 42 }, { uidClaim: 'id' }))?.uid).toBe('42');
      expect((await identify({ id: 0 }, { uidClaim: 'id' }))?.uid).toBe('0');
    });

    it('with the device that the token names, if a claim is set for it', async () => {
      const claims = { sub: 'ada', device: 'phone' };
      expect((await identify(claims, { deviceClaim: 'device' }))?.device).toBe('phone');
      expect(await identify(claims)).not.toHaveProperty('device');
      const without = await identify({ sub: 'ada' }, { deviceClaim: 'device' });
      expect(without).toMatchObject({ uid: 'ada' });
      expect(without).not.toHaveProperty('device');
    });
  });

  describe('refuses a signed token', () => {
    it.each<[string, unknown]>([
      ['is missing', undefined],
      ['is null', null],
      ['is empty', ''],
      ['is reserved', 'all'],
      ['has the form of a connectionId', '@0123456789.1'],
      ['has a control character', 'ada\u0000'],
      ['is too long', 'a'.repeat(129)],
      ['is a fraction', 1.5],
      ['is a number that JSON has rounded', 2 ** 53],
      ['is a list', ['ada']],
      ['is an object', { toString: 'ada' }],
      ['is true', true],
    ])('whose uid %s', async (_, id) => {
      expect(await identify({ id }, { uidClaim: 'id' })).toBeNull();
    });

    it('whose uid would come from a prototype', async () => {
      expect(await identify({ sub: 'ada' }, { uidClaim: 'constructor' })).toBeNull();
    });

    it('whose device is no valid name', async () => {
      expect(await identify({ sub: 'ada', dev: 'a\nb' }, { deviceClaim: 'dev' })).toBeNull();
    });
  });

  describe('refuses', () => {
    let authenticator: JwtAuthenticator;
    beforeAll(() => void (authenticator = new JwtAuthenticator({ secret: SECRET })));

    const claims = { sub: 'ada' };
    it.each<[string, Credential]>([
      ['no token', {}],
      ['an empty token', ''],
      ['a token that is no string', { token: 7 }],
      ['a uid in place of a token', { uid: 'ada' }],
      ['alg none', forge({ alg: 'none' }, claims)],
      ['alg none in another case', forge({ alg: 'nOnE' }, claims)],
      ['alg none with a signature', forge({ alg: 'none' }, claims, 'c2ln')],
      ['no alg', forge({}, claims, 'c2ln')],
      ['no signature', forge({ alg: 'HS256' }, claims)],
      ['an unknown critical header', forge({ alg: 'HS256', crit: ['x'], x: 1 }, claims, 'c2ln')],
      ['an encrypted token', 'e30.e30.e30.e30.e30'],
      ['a megabyte of letters', 'x'.repeat(1 << 20)],
      ['a megabyte of dots', '.'.repeat(1 << 20)],
      ['a deeply nested header', `${Buffer.from('['.repeat(1 << 16)).toString('base64url')}.e30.x`],
      [
        'a prototype in the header',
        forge(JSON.parse('{"__proto__":{"alg":"HS256"}}') as object, {}),
      ],
    ])('%s', async (_, credential) => {
      expect(await authenticator.authenticate(credential)).toBeNull();
    });

    it('a token in the prototype of the credential', async () => {
      const token = await signWith(SECRET, claims);
      const parsed = JSON.parse(`{"__proto__":{"token":"${token}"}}`) as Credential;
      expect(await authenticator.authenticate(parsed)).toBeNull();
    });

    it('a token of which any one part was changed', async () => {
      const token = await signWith(SECRET, { sub: 'ada' });
      const [header, , signature] = token.split('.');
      const payload = forge({}, { sub: 'eve' }).split('.')[1];
      const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
      const changed = [
        `${header}.${payload}.${signature}`,
        token.replace(signature, flipped),
        token.replace(header, forge({ alg: 'HS512' }, {}).split('.')[0]),
        token.slice(0, -1),
        `${token}\n`,
        `${token}.`,
      ];
      for (const wrong of changed) expect(await authenticator.authenticate(wrong)).toBeNull();
    });

    it('whatever a stranger sends, without ever throwing', async () => {
      const part = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.json().map((json) => Buffer.from(json).toString('base64url')),
        fc.constant(forge({ alg: 'HS256' }, {}).split('.')[0]),
      );
      const token = fc.array(part, { maxLength: 5 }).map((parts) => parts.join('.'));
      await fc.assert(
        fc.asyncProperty(token, async (garbage) => {
          expect(await authenticator.authenticate({ token: garbage })).toBeNull();
        }),
      );
    });

    it('without a word in the log', async () => {
      const spies = (['log', 'warn', 'error', 'debug'] as const).map((level) =>
        vi.spyOn(Logger.prototype, level),
      );
      await authenticator.authenticate({ token: forge({ alg: 'none' }, claims) });
      for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    });
  });
});
