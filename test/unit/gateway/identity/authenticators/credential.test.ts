import { describe, expect, it } from 'vitest';
import { readCredential } from '../../../../../src/gateway/identity/authenticators/credential.js';
import type { Credential } from '../../../../../src/protocol/frames.js';

describe('readCredential', () => {
  it("takes a text client's whole first frame", () => {
    expect(readCredential('ada', 'uid')).toBe('ada');
    expect(readCredential('a.b.c', 'token')).toBe('a.b.c');
  });

  it("takes the named member of a json client's data", () => {
    expect(readCredential({ uid: 'ada', token: 'a.b.c' }, 'uid')).toBe('ada');
    expect(readCredential({ uid: 'ada', token: 'a.b.c' }, 'token')).toBe('a.b.c');
  });

  it.each([[{}], [{ uid: 7 }], [{ uid: null }], [{ uid: ['ada'] }], [{ uid: { uid: 'ada' } }]])(
    'finds nothing in %j',
    (credential) => {
      expect(readCredential(credential, 'uid')).toBeUndefined();
    },
  );

  it('does not look at what the credential inherits', () => {
    const parsed = JSON.parse('{"__proto__":{"uid":"ada"}}') as Credential;
    const assigned = Object.create({ uid: 'ada' }) as Credential;
    expect(readCredential(parsed, 'uid')).toBeUndefined();
    expect(readCredential(assigned, 'uid')).toBeUndefined();
  });
});
