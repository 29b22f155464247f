import { Logger } from '@nestjs/common';
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type CryptoKey,
  type FlattenedJWSInput,
  type JWTHeaderParameters,
  type RemoteJWKSet,
} from 'jose';
import { ErrorCode } from '../../../protocol/codes.js';
import { PushException } from '../../../protocol/push.exception.js';
import { boundedFetch } from './bounded-fetch.js';
import type { CheckedJwtOptions } from './jwt.options.js';

type KeySetOptions = Pick<
  CheckedJwtOptions,
  'jwksTimeout' | 'jwksMaxBytes' | 'jwksCooldown' | 'jwksCacheMaxAge' | 'jwksStaleIfError'
>;

/**
 * The keys that an issuer publishes (RFC 7517). `jose` fetches them and finds the one of a token;
 * when they are fetched is decided here, since its own cooldown begins only after a fetch that
 * succeeded, and its keys are gone when they are too old and no others can be had.
 */
export class RemoteKeySet {
  private readonly logger = new Logger('JwtAuthenticator');
  private readonly keys: RemoteJWKSet;
  /** As errors name it: without the query, which may hold an API key. */
  private readonly place: string;
  private fetching: Promise<void> | undefined;
  /** When the last fetch ended, and the last that succeeded; by a clock that nobody sets. */
  private triedAt = -Infinity;
  private fetchedAt = -Infinity;
  /** Why there are no new keys: of the last fetch, undefined when it succeeded. */
  private outage: Error | undefined;
  private toldOfBrokenKey = false;

  constructor(
    url: URL,
    private readonly options: KeySetOptions,
  ) {
    this.place = url.origin + url.pathname;
    this.keys = createRemoteJWKSet(url, {
      timeoutDuration: options.jwksTimeout,
      cooldownDuration: Infinity,
      cacheMaxAge: Infinity,
      [customFetch]: boundedFetch(options.jwksMaxBytes),
    });
  }

  /**
   * The key that a token was signed with.
   *
   * @throws JWKSNoMatchingKey or JWKSMultipleMatchingKeys when the keys are known and the fault is
   *   the token's; PushException UNAVAILABLE when the right key may come later
   */
  async find(header: JWTHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    const known = this.fetchedAt;
    await this.renewIfOld();
    let key = await this.look(header, token);
    // Keys that were fetched for this very token would know no better a second time.
    if (key === null && this.fetchedAt === known) {
      await this.fetch();
      key = await this.look(header, token);
    }
    if (key === null) throw new errors.JWKSNoMatchingKey();
    return key;
  }

  private async renewIfOld(): Promise<void> {
    const { jwksCacheMaxAge, jwksStaleIfError } = this.options;
    if (this.age < jwksCacheMaxAge) return;
    try {
      await this.fetch();
    } catch (error) {
      if (this.age >= jwksCacheMaxAge + jwksStaleIfError) throw error;
    }
  }

  private get age(): number {
    return performance.now() - this.fetchedAt;
  }

  /** The key that fits, null when none does. */
  private async look(
    header: JWTHeaderParameters,
    token: FlattenedJWSInput,
  ): Promise<CryptoKey | null> {
    try {
      return await this.keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return null;
      if (error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      const unusable = new Error(`A key from ${this.place} cannot be used: ${reasonOf(error)}`);
      if (!this.toldOfBrokenKey) this.logger.error(unusable.message);
      this.toldOfBrokenKey = true;
      throw tryAgain(unusable);
    }
  }

  /** Fetches the keys, once for all who ask meanwhile, and not again within the cooldown. */
  private fetch(): Promise<void> {
    if (this.fetching !== undefined) return this.fetching;
    const { jwksCooldown, jwksCacheMaxAge } = this.options;
    // Keys that have become too old do not wait for a cooldown that is longer.
    const pause = this.outage ? jwksCooldown : Math.min(jwksCooldown, jwksCacheMaxAge);
    if (performance.now() - this.triedAt < pause) return Promise.reject(tryAgain(this.outage));
    return (this.fetching = this.tryFetch().finally(() => {
      this.triedAt = performance.now();
      this.fetching = undefined;
    }));
  }

  private async tryFetch(): Promise<void> {
    try {
      await this.keys.reload();
    } catch (error) {
      const outage = new Error(`No keys from ${this.place}: ${reasonOf(error)}`, { cause: error });
      if (this.outage === undefined) this.logger.error(outage.message);
      this.outage = outage;
      throw tryAgain(outage);
    }
    if (this.outage !== undefined) this.logger.log(`There are keys from ${this.place} again.`);
    this.outage = undefined;
    this.fetchedAt = performance.now();
    this.toldOfBrokenKey = false;
  }
}

/** Clients may see it, when they renew: it says nothing about the issuer. */
function tryAgain(cause: Error | undefined): PushException {
  const message = 'The token cannot be checked now; try again later.';
  return new PushException(ErrorCode.UNAVAILABLE, message, undefined, { cause });
}

/** What `fetch` says of a network's failure stands in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
