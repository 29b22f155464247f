import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { JwtAuthenticator } from '../../../../../src/gateway/identity/authenticators/jwt.authenticator.js';
import type { JwtAuthenticatorOptions } from '../../../../../src/gateway/identity/authenticators/jwt.options.js';
import { SECRET } from '../../../../support/jwt.js';

/** The message of the error that the options cause; options may be wrong in type, too. */
function messageFor(options?: object): string {
  try {
    new JwtAuthenticator(options as JwtAuthenticatorOptions);
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');

const spki = (key: typeof rsa.publicKey): string =>
  key.export({ format: 'pem', type: 'spki' }).toString();

describe("JwtAuthenticator's options", () => {
  it.each([
    ['nothing at all', undefined],
    ['no key', {}],
    ['an environment variable that is not set', { secret: undefined }],
    ['two kinds of key', { secret: SECRET, publicKey: spki(rsa.publicKey) }],
  ])('need exactly one source of keys: %s', (_, options) => {
    expect(messageFor(options)).toContain('exactly one of "secret", "publicKey" and "jwksUrl"');
  });

  it.each([
    ['secret', { secret: '' }],
    ['secret', { secret: [] }],
    ['secret', { secret: [SECRET, ''] }],
    ['secret', { secret: 42 }],
    ['secret', { secret: null }],
    ['publicKey', { publicKey: 'no PEM' }],
    ['publicKey', { publicKey: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----' }],
    ['publicKey', { publicKey: [] }],
    ['publicKey', { publicKey: null }],
    ['publicKey', { publicKey: { kty: 'RSA' } }],
    ['jwksUrl', { jwksUrl: '/jwks.json' }],
    ['jwksUrl', { jwksUrl: 'file:///jwks.json' }],
    ['jwksUrl', { jwksUrl: 'https://ada:pw@login.example.com/jwks.json' }],
    ['jwksTimeout', { jwksUrl: 'https://login.example.com', jwksTimeout: -1 }],
    ['jwksCooldown', { jwksUrl: 'https://login.example.com', jwksCooldown: '30s' }],
    ['jwksCacheMaxAge', { jwksUrl: 'https://login.example.com', jwksCacheMaxAge: Number.NaN }],
    ['algorithms', { secret: SECRET, algorithms: [] }],
    ['algorithms', { secret: SECRET, algorithms: 'HS256' }],
    ['algorithms', { secret: SECRET, algorithms: ['HS256', 'XX256'] }],
    ['issuer', { secret: SECRET, issuer: '' }],
    ['issuer', { secret: SECRET, issuer: [] }],
    ['audience', { secret: SECRET, audience: ['push', 7] }],
    ['clockTolerance', { secret: SECRET, clockTolerance: '5s' }],
    ['clockTolerance', { secret: SECRET, clockTolerance: -1 }],
    ['clockTolerance', { secret: SECRET, clockTolerance: Infinity }],
    ['uidClaim', { secret: SECRET, uidClaim: '' }],
    ['deviceClaim', { secret: SECRET, deviceClaim: 5 }],
    ['requireExpiry', { secret: SECRET, requireExpiry: 'yes' }],
  ])('are refused with the name of the bad one: %s', (name, options) => {
    expect(messageFor(options)).toMatch(
      new RegExp(`^JwtAuthenticator: option "${name}" is .+; allowed is .+\\.$`),
    );
  });

  it('are refused when one is misspelt, so that no check is missing in silence', () => {
    expect(messageFor({ secret: SECRET, audiance: 'push' })).toContain('no option "audiance"');
  });

  it.each([
    ['none with a secret', { secret: SECRET, algorithms: ['none'] }],
    ['none beside a good one', { secret: SECRET, algorithms: ['HS256', 'none'] }],
    ['none with a public key', { publicKey: spki(rsa.publicKey), algorithms: ['none'] }],
    ['HS256 with a public key', { publicKey: spki(rsa.publicKey), algorithms: ['RS256', 'HS256'] }],
    ['HS256 with a key set', { jwksUrl: 'https://login.example.com', algorithms: ['HS256'] }],
    ['RS256 with a secret', { secret: SECRET, algorithms: ['RS256'] }],
    ['ES256 with an RSA key', { publicKey: spki(rsa.publicKey), algorithms: ['ES256'] }],
    ['ES384 with a P-256 key', { publicKey: spki(ec.publicKey), algorithms: ['ES384'] }],
    [
      'nothing for one of two keys',
      { publicKey: [rsa.publicKey, ec.publicKey], algorithms: ['RS256'] },
    ],
  ])('cannot allow %s', (_, options) => {
    expect(messageFor(options)).toContain('allowed is a list out of');
  });

  it.each([
    ['a private PEM', rsa.privateKey.export({ format: 'pem', type: 'pkcs8' })],
    ['a private KeyObject', rsa.privateKey],
    ['a private JWK', ed.privateKey.export({ format: 'jwk' })],
    ['a secret JWK', { kty: 'oct', k: 'c2VjcmV0' }],
  ])('refuse %s as the public key', (_, publicKey) => {
    expect(messageFor({ publicKey })).toContain('allowed is the public half only');
  });

  it.each([
    ['RSA of 1024 bits', generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey],
    ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey],
    ['Ed448', generateKeyPairSync('ed448').publicKey],
  ])('refuse a public key that no allowed algorithm is for: %s', (_, publicKey) => {
    expect(messageFor({ publicKey })).toContain('allowed is RSA with 2048 bits or more');
  });

  it.each([
    ['use', { use: 'enc' }],
    ['key_ops', { key_ops: ['sign'] }],
    ['alg', { alg: 'RSA-OAEP' }],
  ])('refuse a JWK whose own "%s" says that it does not verify tokens', (_, member) => {
    const jwk = { ...rsa.publicKey.export({ format: 'jwk' }), ...member };
    expect(messageFor({ publicKey: jwk })).toContain('allowed is a JWK for verifying');
  });

  it.each([
    ['text', spki(rsa.publicKey)],
    ['bytes', Buffer.from(spki(rsa.publicKey))],
  ])('refuse a PEM public key where the secret belongs, as %s', (_, secret) => {
    expect(messageFor({ secret })).toContain('a key belongs in "publicKey"');
  });

  it('never put a secret or a key into the error', () => {
    const secret = 'do-not-print-me';
    expect(messageFor({ secret, uidClaim: '' })).not.toContain(secret);
    expect(messageFor({ secret, algorithms: ['none'] })).not.toContain(secret);
    expect(messageFor({ publicKey: secret })).not.toContain(secret);
    expect(messageFor({ secret, secrets: secret })).not.toContain(secret);
    expect(messageFor({ secret: [secret, 5] })).not.toContain(secret);
    expect(messageFor({ publicKey: [secret, 5] })).not.toContain(secret);
    expect(messageFor({ jwksUrl: `/jwks.json?key=${secret}` })).not.toContain(secret);
    expect(messageFor({ jwksUrl: `https://ada:${secret}@login.example.com` })).not.toContain(
      secret,
    );
  });
});
