import type { JsonWebKey, KeyObject } from 'node:crypto';
import { inspect } from 'node:util';

export const HMAC_ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const;

export const PUBLIC_KEY_ALGORITHMS = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512'] as const),
  ...(['EdDSA', 'Ed25519'] as const),
] as const;

/** Signature algorithms (the `alg` of a token's header); `Ed25519` is the newer name of `EdDSA`. */
export type JwtAlgorithm =
  (typeof HMAC_ALGORITHMS)[number] | (typeof PUBLIC_KEY_ALGORITHMS)[number];

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
  secret?: JwtSecret | readonly JwtSecret[];

  /**
   * The issuer's public key: RSA of 2048 bits or more (RS*, PS*), P-256, P-384 or P-521 (ES*), or
   * Ed25519 (EdDSA). With a list, a token of any of them is taken. Of a certificate only the key
   * is used, not its dates. The `alg`, `use` and `key_ops` of a JWK are respected.
   */
  publicKey?: JwtPublicKey | readonly JwtPublicKey[];

  /**
   * Where the issuer publishes its key set (RFC 7517), for example
   * `https://login.example.com/.well-known/jwks.json`. Fetched when the first token comes, and
   * again for a `kid` that it does not contain, so that new keys are found. Redirects are not
   * followed. Plain `http:` is for networks that you trust: whoever can change the answer can
   * sign tokens.
   */
  jwksUrl?: string | URL;

  /** Milliseconds to wait for the key set. @default 5000 */
  jwksTimeout?: number;

  /**
   * Milliseconds after a fetch of the key set in which an unknown `kid` does not cause another:
   * it keeps strangers from making this server flood the issuer. @default 30000
   */
  jwksCooldown?: number;

  /**
   * Milliseconds after which the key set is fetched anew, so that withdrawn keys are forgotten.
   * @default 600000
   */
  jwksCacheMaxAge?: number;

  /**
   * The algorithms that are taken; a token that names any other is refused before its key is
   * looked up (RFC 8725, section 3.1). `none` cannot be allowed, nor HS* beside a public key or a
   * key set. @default all those that fit the kind of key
   */
  algorithms?: readonly JwtAlgorithm[];

  /** The `iss` that a token must have, or a list of which it must have one. Unset: not checked. */
  issuer?: string | readonly string[];

  /**
   * The `aud` of which a token must have at least one. Unset: not checked; set it whenever the
   * issuer signs tokens for other services too, else theirs open this one (RFC 8725, section 3.9).
   */
  audience?: string | readonly string[];

  /**
   * Seconds by which the issuer's clock may differ from this one's: a token is taken that much
   * before its `nbf` and after its `exp`, and its connection lives that much longer. @default 0
   */
  clockTolerance?: number;

  /** The claim that is the uid: a string, or an integer, which becomes its digits. @default 'sub' */
  uidClaim?: string;

  /**
   * The claim that names the device; it wins over the name that the client gives. A token without
   * it is taken, one in which it is no valid name is refused. Unset: no claim is.
   */
  deviceClaim?: string;

  /** Whether a token without `exp`, which would never expire, is refused. @default false */
  requireExpiry?: boolean;
}

type OptionName = keyof JwtAuthenticatorOptions;

/** What an option must be, in words and as a check. Keys have their own checks in jwt.keys.ts. */
interface Rule {
  readonly allowed: string;
  readonly accepts: (value: unknown) => boolean;
}

const isText = (value: unknown): boolean => typeof value === 'string' && value.length > 0;

const TEXT: Rule = { allowed: 'a string that is not empty', accepts: isText };

const TEXTS: Rule = {
  allowed: 'a string that is not empty, or a list of such strings that is not empty',
  accepts: (value) =>
    Array.isArray(value) ? value.length > 0 && value.every(isText) : isText(value),
};

const MILLISECONDS: Rule = {
  allowed: 'a whole number of milliseconds, 0 or more',
  accepts: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
};

const RULES: Readonly<Record<OptionName, Rule | null>> = {
  secret: null,
  publicKey: null,
  jwksUrl: null,
  jwksTimeout: MILLISECONDS,
  jwksCooldown: MILLISECONDS,
  jwksCacheMaxAge: MILLISECONDS,
  algorithms: {
    allowed: 'a list of algorithms that is not empty',
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
  },
  issuer: TEXTS,
  audience: TEXTS,
  clockTolerance: {
    allowed: 'a number of seconds, 0 or more',
    accepts: (value) => Number.isFinite(value) && Number(value) >= 0,
  },
  uidClaim: TEXT,
  deviceClaim: TEXT,
  requireExpiry: { allowed: 'true or false', accepts: (value) => typeof value === 'boolean' },
};

/** The error for an option that cannot be used. `given` must not contain a secret or a key. */
export function optionError(
  option: OptionName,
  given: string,
  allowed: string,
  cause?: unknown,
): Error {
  return new Error(`JwtAuthenticator: "${option}" must be ${allowed}; given: ${given}.`, { cause });
}

/**
 * Checks everything but the keys themselves. Throws an Error that names the option, what was
 * given and what is allowed.
 */
export function checkOptions(options: JwtAuthenticatorOptions = {}): JwtAuthenticatorOptions {
  checkNames(options);
  checkKeySource(options);
  for (const [name, rule] of Object.entries(RULES) as [OptionName, Rule | null][]) {
    const value = options[name];
    if (rule && value !== undefined && !rule.accepts(value)) {
      throw optionError(name, inspect(value), rule.allowed);
    }
  }
  return options;
}

/** A misspelt `audience` would be a check that never happens: plain JavaScript needs the error. */
function checkNames(options: JwtAuthenticatorOptions): void {
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(RULES, name));
  if (unknown.length > 0) {
    const known = Object.keys(RULES).join(', ');
    throw new Error(
      `JwtAuthenticator: there is no option "${unknown.join('", "')}"; the options are: ${known}.`,
    );
  }
}

function checkKeySource(options: JwtAuthenticatorOptions): void {
  const sources = (['secret', 'publicKey', 'jwksUrl'] as const).filter(
    (name) => options[name] !== undefined,
  );
  if (sources.length !== 1) {
    const given = sources.join(' and ') || 'none (is an environment variable not set?)';
    throw new Error(
      `JwtAuthenticator: exactly one of "secret", "publicKey" and "jwksUrl" is required; given: ${given}.`,
    );
  }
}
