import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { JwtAuthenticator } from '../../../../../src/gateway/identity/authenticators/jwt.authenticator.js';
import type { JwtAuthenticatorOptions } from '../../../../../src/gateway/identity/authenticators/jwt.options.js';
import { SECRET, signWith } from '../../../../support/jwt.js';

describe('JwtAuthenticator', () => {
  afterEach(() => vi.restoreAllMocks());

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
});
