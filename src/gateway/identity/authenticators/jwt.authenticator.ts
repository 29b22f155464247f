import { Logger } from '@nestjs/common';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import type { Credential } from '../../../protocol/frames.js';
import { isName, isUid } from '../../../protocol/names.js';
import { Authenticator, type AuthenticationContext, type Identity } from './authenticator.js';
import { readCredential } from './credential.js';
import { ABOUT_KEYS, refusalOf, type JwtRefusal } from './jwt.refusal.js';
import { isShortSecret, verificationKeys, type VerificationKey } from './jwt.keys.js';
import {
  checkJwtOptions,
  type CheckedJwtOptions,
  type JwtAuthenticatorOptions,
} from './jwt.options.js';

/** Header, payload and signature in base64url (RFC 7515, section 7.1); the library is laxer. */
const SIGNED_TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** The last moment that a `Date` can hold, in milliseconds since the epoch. */
const END_OF_TIME = 8.64e15;

/**
 * Knows users by a signed JSON Web Token (RFC 7519), checked as RFC 8725 advises: a text client
 * sends the token as its first frame, a json client as `token` in its `auth` data; without
 * `Bearer`.
 *
 * ```ts
 * new JwtAuthenticator({ secret: process.env.JWT_SECRET })
 * new JwtAuthenticator({ jwksUrl: 'https://login.example.com/jwks.json', audience: 'push' })
 * ```
 *
 * The identity has the uid of the claim `sub` (or `uidClaim`), expires when the token does, and
 * carries all claims of the token. Refused, that is `null`, is a token that is malformed, not
 * signed by a known key with an allowed algorithm, expired, not yet valid, of another issuer or
 * audience, or without a valid uid; `events$` and the debug log tell which it was. If the key of a token may be one that the key set of `jwksUrl`
 * would have, but it cannot be fetched now, a `PushException` UNAVAILABLE is thrown: the client is
 * not to blame and may try again. An outage of the issuer is logged once when it begins and once
 * when it is over. Tokens and secrets are never logged.
 *
 * The constructor throws an Error for options that cannot be used: it names the option, what was
 * given (but no secret) and what is allowed.
 *
 * It stands on `jose` rather than `@nestjs/jwt`: the latter is built on `jsonwebtoken`, which
 * has neither EdDSA nor key sets.
 */
export class JwtAuthenticator extends Authenticator {
  // Private by `#`, so that printing the authenticator does not print its secret.
  readonly #keys: readonly VerificationKey[];
  readonly #rules: JWTVerifyOptions;
  readonly #claims: { readonly uid: string; readonly device?: string };
  readonly #toleranceSeconds: number;

  constructor(options: JwtAuthenticatorOptions) {
    super();
    const checked = checkJwtOptions(options);
    this.#keys = verificationKeys(checked);
    this.#toleranceSeconds = checked.clockTolerance;
    this.#rules = claimRules(checked);
    this.#claims = { uid: checked.uidClaim, device: checked.deviceClaim };
    if (this.#keys.some(isShortSecret)) warnOfShortSecret();
  }

  async authenticate(
    credential: Credential,
    context?: Pick<AuthenticationContext, 'refuse'>,
  ): Promise<Identity | null> {
    const identity = await this.#identityOf(credential);
    if (typeof identity !== 'string') return identity;
    context?.refuse(identity);
    return null;
  }

  async #identityOf(credential: Credential): Promise<Identity | JwtRefusal> {
    const token = readCredential(credential, 'token');
    if (token === undefined) return 'no token';
    if (!SIGNED_TOKEN.test(token)) return 'malformed token';
    const payload = await this.#verify(token);
    return typeof payload === 'string' ? payload : this.#identify(payload);
  }

  /** Of several keys the one that signed it says what else is wrong. */
  async #verify(token: string): Promise<JWTPayload | JwtRefusal> {
    let refusal: JwtRefusal = 'unknown key';
    for (const { key, algorithms } of this.#keys) {
      const payload = await payloadOf(token, key, { ...this.#rules, algorithms });
      if (typeof payload !== 'string' || !ABOUT_KEYS.has(payload)) return payload;
      if (refusal !== 'bad signature') refusal = payload;
    }
    return refusal;
  }

  #identify(claims: JWTPayload): Identity | JwtRefusal {
    const uid = textOf(claims, this.#claims.uid);
    if (!isUid(uid)) return 'no subject';
    const identity: Identity = { uid, claims };
    if (claims.exp !== undefined) {
      identity.expiresAt = (claims.exp + this.#toleranceSeconds) * 1000;
      if (identity.expiresAt > END_OF_TIME) return 'malformed token';
    }
    const device = this.#claims.device;
    if (device !== undefined && Object.hasOwn(claims, device)) {
      const name = textOf(claims, device);
      if (!isName(name)) return 'bad device';
      identity.device = name;
    }
    return identity;
  }
}

function claimRules(options: CheckedJwtOptions): JWTVerifyOptions {
  return {
    issuer: mutable(options.issuer),
    audience: mutable(options.audience),
    clockTolerance: options.clockTolerance,
    requiredClaims: options.requireExpiry ? ['exp'] : [],
  };
}

function mutable(names: string | readonly string[] | undefined): string | string[] | undefined {
  return typeof names === 'object' ? [...names] : names;
}

function warnOfShortSecret(): void {
  new Logger(JwtAuthenticator.name).warn(
    'A secret is shorter than the hash of its algorithm (32 bytes for HS256; RFC 7518, section ' +
      '3.2): it can be guessed from one token. Make a better one: openssl rand -base64 48',
  );
}

/** The claims of a token that holds, or why it does not; throws if no key can be had. */
async function payloadOf(
  token: string,
  key: VerificationKey['key'],
  rules: JWTVerifyOptions,
): Promise<JWTPayload | JwtRefusal> {
  try {
    return (await jwtVerify(token, key, rules)).payload;
  } catch (error) {
    // The token names no key, and the key set has several of its kind: one of them must fit.
    if (error instanceof errors.JWKSMultipleMatchingKeys) {
      for await (const candidate of error) {
        const payload = await payloadOf(token, candidate, rules);
        if (payload !== 'bad signature') return payload;
      }
      return 'bad signature';
    }
    if (error instanceof errors.JOSEError) return refusalOf(error);
    throw error;
  }
}

/**
 * A claim as text. Integers become their digits; those beyond 2^53 do not, because JSON has
 * already rounded them and two users could become one.
 */
function textOf(claims: JWTPayload, name: string): string | undefined {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' ? value : undefined;
}
