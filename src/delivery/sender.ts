import { Inject, Injectable } from '@nestjs/common';
import { ENGINE, type Engine } from '../engine/engine.js';
import type { Except, Target } from '../engine/target.js';
import type { SendResult } from '../protocol/frames.js';
import { isPromise, type MaybePromise } from '../protocol/maybe-promise.js';
import { Message } from '../protocol/message.js';
import { LocalNode } from '../registry/local-node.js';
import { Signals } from '../signals/signals.js';
import { DELIVERY_OPTIONS, type CheckedDeliveryOptions } from './delivery.options.js';
import { checkRecipients, checkSize } from './limits.js';

/** What a message carries beside its target. */
export interface SendRequest {
  readonly data: unknown;
  /** Uid of the client that sends it; undefined when the server does. */
  readonly from?: string;
  readonly except?: Except;
}

/**
 * The way that every message takes, whether a client, a controller or another system sends it: it
 * gets its id, and the engine carries it to its target.
 */
@Injectable()
export class Sender {
  /** Name of this node: ids of its messages begin with it. */
  private readonly node: string;
  private readonly maxMessageBytes: number;
  private readonly maxRecipients: number;
  private messageCounter = 0;

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    { node, maxMessageBytes }: LocalNode,
    @Inject(DELIVERY_OPTIONS) { maxRecipients }: CheckedDeliveryOptions,
    private readonly signals: Signals,
  ) {
    this.node = node;
    this.maxMessageBytes = maxMessageBytes;
    this.maxRecipients = maxRecipients;
  }

  /**
   * Answers without a promise when the engine needs none. Messages of one sender to one uid arrive
   * in the order of these calls: the next one need not wait for the answer to the last.
   *
   * @throws PushException as `compose`
   */
  send(target: Target, request: SendRequest): MaybePromise<SendResult> {
    const message = this.compose(request);
    const nodes = this.engine.publish(target, message, request.except);
    return isPromise(nodes)
      ? nodes.then((count) => this.resultOf(message, count), this.notCarried)
      : this.resultOf(message, nodes);
  }

  private readonly notCarried = (error: unknown): never => {
    this.signals.droppedUnavailable++;
    throw error;
  };

  private resultOf({ id }: Message, nodes: number): SendResult {
    if (nodes === 0) this.signals.droppedOffline++;
    return { id, nodes };
  }

  /**
   * The message, with an id of its own.
   *
   * @throws PushException VALIDATION_FAILED when `data` has no JSON form, PAYLOAD_TOO_LARGE when
   *   that is larger than `maxMessageBytes`
   */
  compose({ data, from }: SendRequest): Message {
    const message = Message.of(this.nextMessageId(), data, from);
    checkSize(message, this.maxMessageBytes);
    if (from === undefined) this.signals.serverMessages++;
    else this.signals.clientMessages++;
    return message;
  }

  /**
   * Whoever takes a list from outside asks before anything is done with it.
   *
   * @param field as its sender knows the list
   * @throws PushException VALIDATION_FAILED when the target names more than `maxRecipients`
   */
  checkRecipients(target: Target, field = 'to'): void {
    checkRecipients(target, this.maxRecipients, field);
  }

  private nextMessageId(): string {
    return `${this.node}-${(++this.messageCounter).toString(36)}`;
  }
}
