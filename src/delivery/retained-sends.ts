import { Inject, Injectable } from '@nestjs/common';
import { ENGINE, type Engine } from '../engine/engine.js';
import type { Target } from '../engine/target.js';
import { HISTORY, type Appended, type AppendOptions, type History } from '../history/history.js';
import { andThen, type MaybePromise } from '../protocol/maybe-promise.js';
import type { Message } from '../protocol/message.js';
import { invalid, noHistory } from './no-history.js';
import type { ReceiptRequest } from './receipts/receipt-options.js';
import { Receipts } from './receipts/receipts.js';
import type { SendOutcome } from './send-options.js';
import { Sender, type SendRequest } from './sender.js';

/** How a message is retained. */
export interface Retention extends Pick<AppendOptions, 'ttl' | 'settle' | 'undeliveredAfter'> {
  readonly receipt?: ReceiptRequest;
}

type Streamed = Extract<Target, { kind: 'uid' | 'uids' | 'group' }>;

/** Sends that are kept: they go through the history, which has them carried when they have a place. */
@Injectable()
export class RetainedSends {
  constructor(
    private readonly sender: Sender,
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly receipts: Receipts,
    @Inject(HISTORY) private readonly history: History | null,
  ) {}

  /**
   * Messages of one sender to one uid arrive in the order of these calls, and those of `Sender`.
   *
   * @throws PushException VALIDATION_FAILED where there is no history, or no stream for the target
   */
  send(target: Target, request: SendRequest, retention: Retention): MaybePromise<SendOutcome> {
    const { history } = this;
    if (target.kind === 'all' || target.kind === 'connection') {
      throw invalid('retain', 'Retain messages to uids and groups only: no one else has a stream.');
    }
    if (history === null) throw noHistory('retain');
    const message = this.sender.compose(request);
    return andThen(this.uidsOf(target), (uids) => {
      const except = request.except;
      const wanted = except === undefined ? uids : uids.filter((uid) => !except.has(uid));
      if (wanted.length === 0) return nobody(message, retention);
      const { receipt, ...how } = retention;
      const options = except === undefined ? how : { ...how, except };
      return andThen(
        receipt === undefined
          ? history.append(wanted, message, options)
          : this.receipts.append(history, wanted, message, options, receipt),
        (result) => outcomeOf(target, message, result),
      );
    });
  }

  /** Milliseconds that such a send may wait for receipts. */
  waitOf({ receipt }: Partial<Retention> = {}): number {
    return receipt === undefined ? 0 : this.receipts.timeoutOf(receipt);
  }

  private uidsOf(target: Streamed): MaybePromise<readonly string[]> {
    switch (target.kind) {
      case 'uid':
        return [target.uid];
      case 'uids':
        return [...new Set(target.uids)];
      case 'group':
        return this.engine.uidsInGroup(target.group);
    }
  }
}

function outcomeOf(
  target: Target,
  { id }: Message,
  { nodes, positions, receipts }: Appended & Pick<SendOutcome, 'receipts'>,
): SendOutcome {
  const place = target.kind === 'uid' ? positions[0] : undefined;
  return { id, nodes, ...place, ...(receipts !== undefined && { receipts }) };
}

function nobody({ id }: Message, { receipt }: Retention): SendOutcome {
  return { id, nodes: 0, ...(receipt !== undefined && { receipts: [] }) };
}
