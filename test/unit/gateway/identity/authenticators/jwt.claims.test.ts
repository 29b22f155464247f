import type { JWTPayload } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JwtAuthenticatorOptions } from '../../../../../src/gateway/identity/authenticators/jwt.options.js';
import { identify, NOW, NOW_SECONDS } from '../../../../support/jwt.js';

describe('JwtAuthenticator', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }));
  afterEach(() => vi.useRealTimers());

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
});
