import { createHash } from 'node:crypto';
import {
  BadRequestException,
  Inject,
  Injectable,
  UnprocessableEntityException,
} from '@nestjs/common';
import type { SendResult } from '../protocol/frames.js';
import { PUSH_API_OPTIONS, type CheckedPushApiOptions } from './push-api.options.js';

const MAX_KEY_LENGTH = 255;

type IdempotencyLimits = Pick<CheckedPushApiOptions, 'idempotencyWindow' | 'idempotencyMaxKeys'>;

/** A request that carries an `Idempotency-Key`. */
export interface KeyedRequest {
  /** Whose key it is: the same key of another caller is another key. */
  scope: string;
  key: string;
  /** What must be the same for the request to be a repeat. */
  content: string;
}

interface Remembered {
  readonly fingerprint: string;
  readonly since: number;
  readonly answer: Promise<SendResult>;
}

/**
 * Sends once per `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) and repeats the
 * first answer to those who come again, also while the first one is still under way. Kept by
 * this process alone, so a repeat that reaches another node is sent again.
 */
@Injectable()
export class IdempotencyWindow {
  /** Oldest first: a `Map` keeps the order in which keys came. */
  private readonly requests = new Map<string, Remembered>();

  constructor(@Inject(PUSH_API_OPTIONS) private readonly limits: IdempotencyLimits) {}

  /**
   * @throws BadRequestException when the key is empty or too long
   * @throws UnprocessableEntityException when the key came before with another content
   */
  async once(request: KeyedRequest, send: () => Promise<SendResult>): Promise<SendResult> {
    checkKey(request.key);
    this.forgetExpired();
    const name = `${request.scope} ${request.key}`;
    const fingerprint = createHash('sha256').update(request.content).digest('base64');
    const first = this.requests.get(name);
    if (first === undefined) return this.remember(name, fingerprint, send());
    if (first.fingerprint !== fingerprint) throw otherContent();
    return first.answer;
  }

  private remember(
    name: string,
    fingerprint: string,
    answer: Promise<SendResult>,
  ): Promise<SendResult> {
    if (this.requests.size >= this.limits.idempotencyMaxKeys) this.forgetOldest();
    const entry = { fingerprint, since: performance.now(), answer };
    this.requests.set(name, entry);
    // What failed may be tried again under its key.
    answer.catch(() => {
      if (this.requests.get(name) === entry) this.requests.delete(name);
    });
    return answer;
  }

  private forgetExpired(): void {
    const horizon = performance.now() - this.limits.idempotencyWindow;
    for (const [name, { since }] of this.requests) {
      if (since > horizon) return;
      this.requests.delete(name);
    }
  }

  private forgetOldest(): void {
    const [oldest] = this.requests.keys();
    this.requests.delete(oldest);
  }
}

function checkKey(key: string): void {
  if (key.length > 0 && key.length <= MAX_KEY_LENGTH) return;
  throw new BadRequestException([
    `Idempotency-Key must be a string of 1 to ${MAX_KEY_LENGTH} characters`,
  ]);
}

function otherContent(): UnprocessableEntityException {
  return new UnprocessableEntityException(
    'This Idempotency-Key came before with another body; take a new key for a new message.',
  );
}
