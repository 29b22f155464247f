import { Logger } from '@nestjs/common';
import { beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { TrustUidAuthenticator } from '../../../../../src/gateway/identity/authenticators/trust-uid.authenticator.js';
import type { Credential } from '../../../../../src/protocol/frames.js';

describe('TrustUidAuthenticator', () => {
  let warn: MockInstance<Logger['warn']>;
  beforeEach(() => {
    warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
  });

  it("takes a text client's first frame as the uid", () => {
    expect(new TrustUidAuthenticator().authenticate('ada')).toEqual({ uid: 'ada' });
  });

  it("takes the uid of a json client's data and nothing else of it", () => {
    const credential = { uid: 'ada', claims: { admin: true }, expiresAt: 1 };
    expect(new TrustUidAuthenticator().authenticate(credential)).toEqual({ uid: 'ada' });
  });

  it.each<[string, Credential]>([
    ['an empty uid', ''],
    ['the reserved "all"', 'all'],
    ['the form of a connectionId', '@0123456789.1'],
    ['a control character', 'ada\n'],
    ['129 characters', 'a'.repeat(129)],
    ['no uid', {}],
    ['a token in place of a uid', { token: 'ada' }],
    ['a number', { uid: 7 }],
    ['a list', { uid: ['ada'] }],
    ['a uid in the prototype', JSON.parse('{"__proto__":{"uid":"ada"}}') as Credential],
  ])('refuses %s', (_, credential) => {
    expect(new TrustUidAuthenticator().authenticate(credential)).toBeNull();
  });

  it('warns once, when it is made', () => {
    const authenticator = new TrustUidAuthenticator();
    authenticator.authenticate('ada');
    authenticator.authenticate('bob');
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.lastCall?.[0]).toContain("every client's word");
  });
});
