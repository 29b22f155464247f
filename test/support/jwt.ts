import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type GenerateKeyPairAlgorithm,
  type JWK,
  type JWTPayload,
} from 'jose';
import { JwtAuthenticator } from '../../src/gateway/identity/authenticators/jwt.authenticator.js';
import type { JwtAuthenticatorOptions } from '../../src/gateway/identity/authenticators/jwt.options.js';

/** 64 bytes: long enough for HS512. */
export const SECRET = '0123456789abcdef'.repeat(4);

/** Noon of an arbitrary day, in seconds and in milliseconds. */
export const NOW_SECONDS = Date.UTC(2026, 5, 1, 12) / 1000;
export const NOW = NOW_SECONDS * 1000;

export interface Issuer {
  readonly alg: GenerateKeyPairAlgorithm;
  readonly privateKey: CryptoKey;
  /** The public key as PEM and as a JWK. */
  readonly pem: string;
  readonly jwk: JWK;
  sign(claims: JWTPayload, header?: { kid?: string }): Promise<string>;
}

/** Someone who signs tokens with a key pair of their own. */
export async function createIssuer(alg: GenerateKeyPairAlgorithm, kid?: string): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return {
    alg,
    privateKey,
    pem: await exportSPKI(publicKey),
    jwk: { ...(await exportJWK(publicKey)), ...(kid === undefined ? {} : { kid }) },
    sign: (claims, header = { kid }) =>
      new SignJWT(claims).setProtectedHeader({ alg, ...header }).sign(privateKey),
  };
}

/** A token signed with a shared secret. */
export function signWith(
  secret: string | Uint8Array,
  claims: JWTPayload,
  alg: 'HS256' | 'HS384' | 'HS512' = 'HS256',
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(Buffer.from(secret));
}

/** What an authenticator with these options makes of a token with these claims. */
export async function identify(claims: JWTPayload, options: JwtAuthenticatorOptions = {}) {
  const authenticator = new JwtAuthenticator({ secret: SECRET, ...options });
  return authenticator.authenticate({ token: await signWith(SECRET, claims) });
}

/** A token of any header and payload with a signature that was not made for it. */
export function forge(header: object, payload: unknown, signature = ''): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(payload)}.${signature}`;
}

/** What is thrown when the key of a token may come later: the client may try again. */
export const TRY_AGAIN = { name: 'PushException', code: 'UNAVAILABLE' };

export interface KeySetServer {
  readonly url: string;
  /** How often it was asked. */
  readonly requests: number;
  /** What it answers from now on. */
  answer: RequestListener;
  publish(...keys: JWK[]): void;
  close(): Promise<void>;
}

/** A key set on 127.0.0.1. */
export async function serveKeySet(...keys: JWK[]): Promise<KeySetServer> {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    keySet.answer(request, response);
  });
  const keySet: KeySetServer = {
    get url() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
    },
    get requests() {
      return requests;
    },
    answer: () => undefined,
    publish(...published) {
      this.answer = (_request, response) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ keys: published }));
      };
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  keySet.publish(...keys);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return keySet;
}

/** A self-signed certificate, and a token of `ada` that was signed with its (discarded) key. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBdDCCARugAwIBAgIUD9mgH+rcBBW50azFOjVRmP99EvgwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjQxMzU1MzZaGA8yMTI2MTAzMTEzNTUz
NlowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABO9t
bWm3fBbn5VnaawUKSVuWa6+/V4PzjpDFqOvk4oBciTMjsWoM8Z96whcDPoTXc/hB
bLSKKx5lRFNfeV/FqZmjUzBRMB0GA1UdDgQWBBRQ1Ls+XL58F174yaEpTAVmg1jM
DTAfBgNVHSMEGDAWgBRQ1Ls+XL58F174yaEpTAVmg1jMDTAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0cAMEQCIFckQWIVVi6gWemq61IFkyB7OrWCv4RnK4bc
KZMJGK9pAiAG3lT0HFFnFoiihQGfHgTpMzJ8TKqslPCsrHc3gcVT/A==
-----END CERTIFICATE-----`;
export const CERTIFIED_TOKEN = [
  'eyJhbGciOiJFUzI1NiJ9',
  'eyJzdWIiOiJhZGEifQ',
  '7usllt87E-MHMkTfyqRuBcKkm1gBHsWUef2lNGASnvkWDSwrWdMAwzAir1Re9TvqGZD9ZKZEv9tGtC6WSw9h2Q',
].join('.');
