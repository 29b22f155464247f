import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { JwtAuthenticator } from '../../../../../src/gateway/identity/authenticators/jwt.authenticator.js';
import type { Credential } from '../../../../../src/protocol/frames.js';
import { forge, SECRET, signWith } from '../../../../support/jwt.js';

describe('JwtAuthenticator', () => {
  afterEach(() => vi.restoreAllMocks());

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
