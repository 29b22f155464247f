import { Inject, Injectable } from '@nestjs/common';
import type { Appended, AppendOptions, History } from '../../history/history.js';
import { ErrorCode } from '../../protocol/codes.js';
import type { Message } from '../../protocol/message.js';
import { PushException } from '../../protocol/push.exception.js';
import { LocalNode } from '../../registry/local-node.js';
import { DELIVERY_OPTIONS, type CheckedDeliveryOptions } from '../delivery.options.js';
import { RECEIPT, readReceipt } from '../streams/receipt-note.js';
import { PendingReceipts } from './pending-receipts.js';
import type { Receipt, ReceiptRequest } from './receipt-options.js';

/** Gathers what becomes of messages that this node sends with a receipt. */
@Injectable()
export class Receipts {
  private readonly pending = new Map<string, PendingReceipts>();

  constructor(
    private readonly local: LocalNode,
    @Inject(DELIVERY_OPTIONS) private readonly options: CheckedDeliveryOptions,
  ) {
    local.listen(RECEIPT, (note) => {
      const receipt = readReceipt(note);
      this.pending.get(receipt.id)?.heard(receipt);
    });
  }

  /** Milliseconds that it may take. */
  timeoutOf({ timeout = this.options.requestTimeout }: ReceiptRequest): number {
    return timeout;
  }

  /**
   * Appends the message so that this node hears what becomes of it, and resolves when that is what
   * was asked for, when nobody is left of whom to hear, or when time is up.
   *
   * @throws PushException RATE_LIMITED when `maxPendingRequests` are open, and what `append` throws
   */
  async append(
    history: History,
    uids: readonly string[],
    message: Message,
    options: AppendOptions,
    request: ReceiptRequest,
  ): Promise<Appended & { receipts: Receipt[] }> {
    if (this.pending.size >= this.options.maxPendingRequests) throw tooMany();
    const pending = new PendingReceipts(request.wanted, request.quorum);
    const timeout = this.timeoutOf(request);
    // Its time begins before the message goes out: no node gives up earlier than this one.
    const timer = setTimeout(() => pending.end(), timeout);
    this.pending.set(message.id, pending);
    try {
      const awaiting = message.awaiting({ node: this.local.node, timeout });
      // One by one: each node that has somebody of a uid reports for that uid.
      const parts = await Promise.all(
        uids.map(async (uid) => history.append([uid], awaiting, options)),
      );
      pending.sentTo(parts.map(({ nodes }) => nodes));
      await pending.outcome;
      const positions = parts.flatMap((part) => part.positions);
      return { positions, nodes: pending.countNodes(), receipts: pending.receipts };
    } finally {
      clearTimeout(timer);
      this.pending.delete(message.id);
    }
  }

  /** This node stops: those who wait are told what is known. */
  stop(): void {
    for (const pending of this.pending.values()) pending.end();
  }
}

function tooMany(): PushException {
  const sentence = 'Too many sends of this node wait for receipts; send again later.';
  return new PushException(ErrorCode.RATE_LIMITED, sentence);
}
