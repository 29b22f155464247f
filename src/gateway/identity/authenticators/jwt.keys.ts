import { createPublicKey, KeyObject, type JsonWebKey } from 'node:crypto';
import { inspect } from 'node:util';
import type { CryptoKey, JWTVerifyGetKey } from 'jose';
import { describe } from '../../../options/describe.js';
import {
  brokenJwtOption,
  type CheckedJwtOptions,
  type JwtAlgorithm,
  type JwtPublicKey,
  type JwtSecret,
} from './jwt.options.js';
import { RemoteKeySet } from './remote-key-set.js';

const HMAC_ALGORITHMS: readonly JwtAlgorithm[] = ['HS256', 'HS384', 'HS512'];

const PUBLIC_KEY_ALGORITHMS: readonly JwtAlgorithm[] = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512'] as const),
  ...(['EdDSA', 'Ed25519'] as const),
];

/** A key, or the way to find one, and the algorithms that it may be used with. */
export interface VerificationKey {
  readonly key: Uint8Array | KeyObject | CryptoKey | JWTVerifyGetKey;
  readonly algorithms: JwtAlgorithm[];
}

/** The keys that the options name, checked and bound to the algorithms that they allow. */
export function verificationKeys(options: CheckedJwtOptions): readonly VerificationKey[] {
  const { secret, publicKey, algorithms } = options;
  if (secret !== undefined) return restrict(listOf(secret).map(secretKey), algorithms);
  if (publicKey !== undefined) {
    return restrict(listOf(publicKey).map(publicKeyOf), algorithms);
  }
  const keySet = new RemoteKeySet(new URL(options.jwksUrl!), options);
  const find: JWTVerifyGetKey = (header, token) => keySet.find(header, token);
  return restrict([{ key: find, algorithms: [...PUBLIC_KEY_ALGORITHMS] }], algorithms);
}

/** How many bytes a secret must have for every hash that it is used with (RFC 7518, 3.2). */
export function isShortSecret({ key, algorithms }: VerificationKey): boolean {
  const bytes = algorithms.map((algorithm) => Number(algorithm.slice(2)) / 8);
  return key instanceof Uint8Array && key.length < Math.min(...bytes);
}

function listOf<T>(given: T | readonly T[]): readonly T[] {
  return isList(given) ? given : [given];
}

function isList<T>(given: T | readonly T[]): given is readonly T[] {
  return Array.isArray(given);
}

/** Keeps the algorithms that are wanted; refuses those that no key is for. */
function restrict(
  keys: readonly VerificationKey[],
  wanted: readonly JwtAlgorithm[] | undefined,
): readonly VerificationKey[] {
  if (!wanted) return keys;
  const possible = [...new Set(keys.flatMap((key) => key.algorithms))];
  const restricted = keys.map(({ key, algorithms }) => ({
    key,
    algorithms: algorithms.filter((algorithm) => wanted.includes(algorithm)),
  }));
  const isUnused = restricted.some((key) => key.algorithms.length === 0);
  if (isUnused || !wanted.every((algorithm) => possible.includes(algorithm))) {
    const fitting = `a list out of ${possible.join(', ')}, which the given keys can verify`;
    throw brokenJwtOption(
      'algorithms',
      describe(wanted),
      `${fitting}, with one at least for each key`,
    );
  }
  return restricted;
}

function secretKey(secret: JwtSecret): VerificationKey {
  const key = typeof secret === 'string' ? Buffer.from(secret) : secret;
  // A public key in place of the secret would let everyone who knows it sign tokens.
  if (Buffer.from(key).toString('latin1').includes('-----BEGIN ')) {
    throw brokenJwtOption('secret', 'a PEM text', 'a shared secret; a key belongs in "publicKey"');
  }
  return { key, algorithms: [...HMAC_ALGORITHMS] };
}

function publicKeyOf(given: JwtPublicKey): VerificationKey {
  const key = importPublicKey(given);
  const algorithms = algorithmsOf(key);
  if (algorithms.length === 0) {
    const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
    const found = [key.asymmetricKeyType, modulusLength, namedCurve].filter(Boolean).join(' ');
    throw brokenJwtOption(
      'publicKey',
      found,
      'RSA with 2048 bits or more, P-256/384/521 or Ed25519',
    );
  }
  if (typeof given === 'string' || given instanceof KeyObject) return { key, algorithms };
  return { key, algorithms: algorithmsOfJwk(given, algorithms) };
}

/** Synchronous, so that a bad key is an error at start and not at the first client. */
function importPublicKey(given: JwtPublicKey): KeyObject {
  if (isPrivate(given)) {
    throw brokenJwtOption('publicKey', 'a private or secret key', 'the public half only');
  }
  if (given instanceof KeyObject) return given;
  try {
    return typeof given === 'string'
      ? createPublicKey(given)
      : createPublicKey({ key: given, format: 'jwk' });
  } catch (cause) {
    const read = typeof given === 'string' ? 'a string that is no such PEM' : typeof given;
    const allowed =
      'a PEM public key or certificate (with real line breaks, not the two characters \\n), a JWK or a KeyObject';
    throw brokenJwtOption('publicKey', read, allowed, cause);
  }
}

function isPrivate(given: JwtPublicKey): boolean {
  if (typeof given === 'string') return given.includes('PRIVATE KEY-----');
  if (given instanceof KeyObject) return given.type !== 'public';
  return given?.d !== undefined || given?.k !== undefined;
}

const CURVE_ALGORITHMS: Readonly<Record<string, JwtAlgorithm | undefined>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): JwtAlgorithm[] {
  const { modulusLength = 0, namedCurve = '' } = asymmetricKeyDetails ?? {};
  const curveAlgorithm = CURVE_ALGORITHMS[namedCurve];
  if (asymmetricKeyType === 'ec' && curveAlgorithm) return [curveAlgorithm];
  if (asymmetricKeyType === 'ed25519') return ['EdDSA', 'Ed25519'];
  if (asymmetricKeyType !== 'rsa' || modulusLength < 2048) return [];
  return PUBLIC_KEY_ALGORITHMS.filter((name) => /^[RP]S/.test(name));
}

/** What the JWK says about its own use (RFC 7517, sections 4.2 to 4.4). */
function algorithmsOfJwk(jwk: JsonWebKey, fitting: JwtAlgorithm[]): JwtAlgorithm[] {
  const algorithms = fitting.filter((algorithm) => (jwk.alg ?? algorithm) === algorithm);
  const operations = [jwk.key_ops ?? 'verify'].flat();
  const verifies = (jwk.use ?? 'sig') === 'sig' && operations.includes('verify');
  if (algorithms.length === 0 || !verifies) {
    const found = inspect({ alg: jwk.alg, use: jwk.use, key_ops: jwk.key_ops });
    throw brokenJwtOption('publicKey', found, `a JWK for verifying ${fitting.join(', ')}`);
  }
  return algorithms;
}
