import { Inject, Injectable } from '@nestjs/common';
import { createHash, timingSafeEqual } from 'node:crypto';
import { PUSH_API_OPTIONS, type CheckedPushApiOptions } from './push-api.options.js';

const BEARER = /^Bearer +(\S+) *$/i;

/** The keys of the push API. Holds their digests only, and compares in constant time. */
@Injectable()
export class ApiKeys {
  private readonly digests: readonly Buffer[];

  constructor(@Inject(PUSH_API_OPTIONS) { apiKeys }: Pick<CheckedPushApiOptions, 'apiKeys'>) {
    this.digests = apiKeys.map(digest);
  }

  get none(): boolean {
    return this.digests.length === 0;
  }

  /**
   * Which key an `Authorization` header carries, as a name that does not reveal it; undefined
   * when it is none of ours. How long it takes tells nothing about the keys: each is compared,
   * a match ends nothing early.
   */
  identify(authorization: string | undefined): string | undefined {
    const given = BEARER.exec(authorization ?? '')?.[1];
    if (given === undefined) return undefined;
    const givenDigest = digest(given);
    let found: string | undefined;
    for (const known of this.digests) {
      if (timingSafeEqual(known, givenDigest)) found = known.toString('base64');
    }
    return found;
  }
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
