import type { JsonWebKey, KeyObject } from 'node:crypto';
import { brokenOption, checkOptions } from '../../../options/check-options.js';
import { describeKind } from '../../../options/describe.js';
import type { Checked, OptionTable } from '../../../options/option-table.js';
import { FLAG, isListOf, isText, TEXT, TEXTS, WEB_ADDRESS, whole } from '../../../options/rules.js';

/** Signature algorithms (the `alg` of a token's header); `Ed25519` is the newer name of `EdDSA`. */
export type JwtAlgorithm =
  | ('HS256' | 'HS384' | 'HS512')
  | ('RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512')
  | ('ES256' | 'ES384' | 'ES512')
  | ('EdDSA' | 'Ed25519');

/** A shared secret: text stands for its UTF-8 bytes. */
export type JwtSecret = string | Uint8Array;

/**
 * A public key: PEM text (`PUBLIC KEY`, `RSA PUBLIC KEY` or `CERTIFICATE`), a JWK, or a
 * `KeyObject` of `node:crypto`.
 */
export type JwtPublicKey = string | JsonWebKey | KeyObject;

/** Exactly one of `secret`, `publicKey` and `jwksUrl` is required. */
export interface JwtAuthenticatorOptions {
  /**
   * The secret that the issuer shares with this server (HS256, HS384, HS512). With a list, a
   * token of any of them is taken: put the new one first while you rotate. Fewer bytes than the
   * algorithm's hash has (32 for HS256) get a warning in the log: RFC 7518, section 3.2, forbids
   * them, because whoever has one token can try secrets on it at leisure.
   */
  secret?: JwtSecret | readonly JwtSecret[] | undefined;

  /**
   * The issuer's public key: RSA of 2048 bits or more (RS*, PS*), P-256, P-384 or P-521 (ES*), or
   * Ed25519 (EdDSA). With a list, a token of any of them is taken. Of a certificate only the key
   * is used, not its dates. The `alg`, `use` and `key_ops` of a JWK are respected.
   */
  publicKey?: JwtPublicKey | readonly JwtPublicKey[] | undefined;

  /**
   * Where the issuer publishes its key set (RFC 7517), for example
   * `https://login.example.com/.well-known/jwks.json`. Fetched when the first token comes, and
   * again for a `kid` that it does not contain, so that new keys are found. Redirects are not
   * followed. Plain `http:` is for networks that you trust: whoever can change the answer can
   * sign tokens.
   */
  jwksUrl?: string | URL | undefined;

  /** Milliseconds to wait for the key set, all of it. @default 5000 */
  jwksTimeout?: number | undefined;

  /** Bytes that the key set may have, after decompression. @default 262144 */
  jwksMaxBytes?: number | undefined;

  /**
   * Milliseconds after a fetch of the key set, whether it succeeded or failed, in which there is
   * no other: strangers and outages cannot make this server flood the issuer. A token of an
   * unknown `kid` is told to try again meanwhile. @default 30000
   */
  jwksCooldown?: number | undefined;

  /**
   * Milliseconds after which the key set is fetched anew, so that withdrawn keys are forgotten.
   * @default 600000
   */
  jwksCacheMaxAge?: number | undefined;

  /**
   * Milliseconds beyond `jwksCacheMaxAge` for which known keys stay good when the key set cannot
   * be fetched; a key that is withdrawn meanwhile is taken for that long. 0 for not at all.
   * @default 3600000
   */
  jwksStaleIfError?: number | undefined;

  /**
   * The algorithms that are taken; a token that names any other is refused before its key is
   * looked up (RFC 8725, section 3.1). `none` cannot be allowed, nor HS* beside a public key or a
   * key set. @default all those that fit the kind of key
   */
  algorithms?: readonly JwtAlgorithm[] | undefined;

  /** The `iss` that a token must have, or a list of which it must have one. Unset: not checked. */
  issuer?: string | readonly string[] | undefined;

  /**
   * The `aud` of which a token must have at least one. Unset: not checked; set it whenever the
   * issuer signs tokens for other services too, else theirs open this one (RFC 8725, section 3.9).
   */
  audience?: string | readonly string[] | undefined;

  /**
   * Seconds by which the issuer's clock may differ from this one's: a token is taken that much
   * before its `nbf` and after its `exp`, and its connection lives that much longer. @default 0
   */
  clockTolerance?: number | undefined;

  /** The claim that is the uid: a string, or an integer, which becomes its digits. @default 'sub' */
  uidClaim?: string | undefined;

  /**
   * The claim that names the device; it wins over the name that the client gives. A token without
   * it is taken, one in which it is no valid name is refused. Unset: no claim is.
   */
  deviceClaim?: string | undefined;

  /** Whether a token without `exp`, which would never expire, is refused. @default false */
  requireExpiry?: boolean | undefined;
}

/** As errors name it. */
const OWNER = 'JwtAuthenticator';

/** Whether the keys are any good is checked where they are read. */
const jwtOptions = {
  secret: {
    rule: {
      allowed: 'a string or Uint8Array that is not empty, or a list of such that is not empty',
      accepts: (value) => isSecret(value) || isListOf(isSecret, value),
      show: describeKind,
    },
  },
  publicKey: {
    rule: {
      allowed: 'a PEM text, a JWK or a KeyObject, or a list of such that is not empty',
      accepts: (value) => (Array.isArray(value) ? isListOf(isKey, value) : isKey(value)),
      show: describeKind,
    },
  },
  jwksUrl: { rule: WEB_ADDRESS },
  jwksTimeout: { default: 5_000, rule: whole('milliseconds', 1) },
  jwksMaxBytes: { default: 262_144, rule: whole('bytes', 1) },
  jwksCooldown: { default: 30_000, rule: whole('milliseconds', 0, Infinity) },
  jwksCacheMaxAge: { default: 600_000, rule: whole('milliseconds', 0, Infinity) },
  jwksStaleIfError: { default: 3_600_000, rule: whole('milliseconds', 0, Infinity) },
  algorithms: {
    rule: {
      allowed: 'a list of algorithms that is not empty',
      accepts: (value) => isListOf(isText, value),
    },
  },
  issuer: { rule: TEXTS },
  audience: { rule: TEXTS },
  clockTolerance: {
    default: 0,
    rule: {
      allowed: 'a number of seconds, 0 or more',
      accepts: (value) => Number.isFinite(value) && Number(value) >= 0,
    },
  },
  uidClaim: { default: 'sub', rule: TEXT },
  deviceClaim: { rule: TEXT },
  requireExpiry: { default: false, rule: FLAG },
} satisfies OptionTable<JwtAuthenticatorOptions>;

export type CheckedJwtOptions = Checked<JwtAuthenticatorOptions, typeof jwtOptions>;

/** @throws Error that names the option, what was given (never a secret) and what is allowed */
export function checkJwtOptions(options: JwtAuthenticatorOptions = {}): CheckedJwtOptions {
  const checked = checkOptions(OWNER, jwtOptions, options);
  const sources = KEY_SOURCES.filter((name) => checked[name] !== undefined);
  if (sources.length === 1) return checked;
  const given = sources.join(' and ') || 'none (is an environment variable not set?)';
  throw new Error(
    `${OWNER}: exactly one of "secret", "publicKey" and "jwksUrl" is required; given: ${given}.`,
  );
}

const KEY_SOURCES = ['secret', 'publicKey', 'jwksUrl'] as const;

/** The error for an option that turns out to be unusable. `given` must not contain a key. */
export function brokenJwtOption(
  name: keyof JwtAuthenticatorOptions,
  given: string,
  allowed: string,
  cause?: unknown,
): Error {
  return brokenOption(OWNER, name, given, allowed, cause);
}

function isSecret(value: unknown): boolean {
  return isText(value) || (value instanceof Uint8Array && value.length > 0);
}

function isKey(value: unknown): boolean {
  return isText(value) || (typeof value === 'object' && value !== null);
}
