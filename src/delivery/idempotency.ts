import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { ENGINE, type Engine } from '../engine/engine.js';
import type { Target } from '../engine/target.js';
import { ErrorCode } from '../protocol/codes.js';
import type { MaybePromise } from '../protocol/maybe-promise.js';
import { Message } from '../protocol/message.js';
import { PushException } from '../protocol/push.exception.js';
import { LocalNode } from '../registry/local-node.js';
import { DELIVERY_OPTIONS, type CheckedDeliveryOptions } from './delivery.options.js';
import type { Retention } from './retained-sends.js';
import type { SendOutcome } from './send-options.js';
import type { SendRequest } from './sender.js';

/** Milliseconds between two looks at what somebody else is doing. */
const FIRST_PAUSE = 5;
const LAST_PAUSE = 200;

/** A key, and whose it is: the same key of somebody else is another one. */
export interface IdempotencyKey {
  readonly scope: string;
  readonly key: string;
}

/**
 * Sends once per key over the whole cluster, and repeats the first answer to those who come again,
 * also while the first one is still under way.
 */
@Injectable()
export class Idempotency {
  private readonly window: number;
  private readonly lease: number;
  private claims = 0;

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly local: LocalNode,
    @Inject(DELIVERY_OPTIONS) { idempotencyWindow, idempotencyLease }: CheckedDeliveryOptions,
  ) {
    this.window = idempotencyWindow;
    this.lease = idempotencyLease;
  }

  /**
   * @param content what must be the same for a send to be a repeat
   * @param wait milliseconds that the send may take beyond `idempotencyLease`
   * @throws PushException CONFLICT when the key came before with another content, UNAVAILABLE when
   *   the first one is still under way after `idempotencyLease`, and what `send` throws, after
   *   which the key is free
   */
  async once(
    key: IdempotencyKey,
    content: string,
    send: () => MaybePromise<SendOutcome>,
    wait = 0,
  ): Promise<SendOutcome> {
    const name = digest(`${key.scope}\n${key.key}`);
    const fingerprint = digest(content);
    const claim = `${fingerprint} ${this.local.node}-${++this.claims}`;
    const answer = await this.claim(name, claim, fingerprint, this.lease + wait);
    if (answer !== undefined) return { ...answer, repeated: true };
    const outcome = await this.first(name, claim, send);
    // It is sent, whether the others will hear of it or not.
    const kept = `${fingerprint} ${JSON.stringify(outcome)}`;
    await this.quietly(() => this.engine.keep(name, claim, kept, this.window));
    return outcome;
  }

  /** The answer of whoever was first; undefined when that is this claim. */
  private async claim(
    name: string,
    claim: string,
    fingerprint: string,
    lease: number,
  ): Promise<SendOutcome | undefined> {
    const end = performance.now() + lease;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LAST_PAUSE)) {
      const held = await this.engine.claim(name, claim, lease);
      if (held === undefined) return undefined;
      if (!held.startsWith(`${fingerprint} `)) throw otherContent();
      const rest = held.slice(fingerprint.length + 1);
      if (rest.startsWith('{')) return JSON.parse(rest) as SendOutcome;
      if (performance.now() > end) throw stillUnderWay();
      await sleep(pause);
    }
  }

  private async first(
    name: string,
    claim: string,
    send: () => MaybePromise<SendOutcome>,
  ): Promise<SendOutcome> {
    try {
      return await send();
    } catch (error) {
      await this.quietly(() => this.engine.release(name, claim));
      throw error;
    }
  }

  /** If it does not get through, the claim ends with its lease. */
  private async quietly(call: () => MaybePromise<void>): Promise<void> {
    try {
      await call();
    } catch {
      return;
    }
  }
}

/**
 * What makes a send the same as another one.
 *
 * @throws PushException VALIDATION_FAILED when `data` has no JSON form
 */
export function contentOf(
  target: Target,
  { data, except }: SendRequest,
  retention?: Retention,
): string {
  const names = except === undefined ? undefined : [...except].sort();
  return `${JSON.stringify({ target, names, retention })} ${Message.of('', data).json}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function otherContent(): PushException {
  return new PushException(
    ErrorCode.CONFLICT,
    'Take a new idempotency key: this one came before with another content.',
  );
}

function stillUnderWay(): PushException {
  return new PushException(
    ErrorCode.UNAVAILABLE,
    'Ask again: what was sent before under this idempotency key is still under way.',
  );
}
