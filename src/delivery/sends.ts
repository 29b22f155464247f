import { Injectable } from '@nestjs/common';
import type { Target } from '../engine/target.js';
import type { MaybePromise } from '../protocol/maybe-promise.js';
import { contentOf, Idempotency, type IdempotencyKey } from './idempotency.js';
import { RetainedSends, type Retention } from './retained-sends.js';
import type { SendOutcome } from './send-options.js';
import { Sender, type SendRequest } from './sender.js';

/** How a send differs from a plain one. */
export interface SendManner {
  /** Undefined: the message is not retained. */
  readonly retention?: Retention | undefined;
  readonly key?: IdempotencyKey | undefined;
}

/** The way of a send with options, whoever asks for it. */
@Injectable()
export class Sends {
  constructor(
    private readonly sender: Sender,
    private readonly retained: RetainedSends,
    private readonly idempotency: Idempotency,
  ) {}

  send(
    target: Target,
    request: SendRequest,
    { retention, key }: SendManner,
  ): MaybePromise<SendOutcome> {
    if (key === undefined) return this.dispatch(target, request, retention);
    return this.idempotency.once(
      key,
      contentOf(target, request, retention),
      () => this.dispatch(target, request, retention),
      this.retained.waitOf(retention),
    );
  }

  private dispatch(
    target: Target,
    request: SendRequest,
    retention: Retention | undefined,
  ): MaybePromise<SendOutcome> {
    return retention === undefined
      ? this.sender.send(target, request)
      : this.retained.send(target, request, retention);
  }
}
