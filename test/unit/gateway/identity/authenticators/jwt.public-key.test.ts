import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { JwtAuthenticator } from '../../../../../src/gateway/identity/authenticators/jwt.authenticator.js';
import { CERTIFICATE, CERTIFIED_TOKEN, createIssuer, signWith } from '../../../../support/jwt.js';

describe('JwtAuthenticator', () => {
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
});
