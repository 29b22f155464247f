import { describe, expect, it } from 'vitest';
import { JwtAuthenticator } from '../../../../../src/gateway/identity/authenticators/jwt.authenticator.js';
import { identify, SECRET, signWith } from '../../../../support/jwt.js';

describe('JwtAuthenticator', () => {
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
});
