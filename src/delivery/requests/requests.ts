import { Inject, Injectable } from '@nestjs/common';
import { ENGINE, type Engine } from '../../engine/engine.js';
import { ErrorCode } from '../../protocol/codes.js';
import { isPromise } from '../../protocol/maybe-promise.js';
import type { Message } from '../../protocol/message.js';
import { PushException } from '../../protocol/push.exception.js';
import { within } from '../../protocol/within.js';
import { LocalNode } from '../../registry/local-node.js';
import { DELIVERY_OPTIONS, type CheckedDeliveryOptions } from '../delivery.options.js';
import { AnswerRoom } from './answer-room.js';
import { PendingRequest } from './pending-request.js';
import { readAnswered, readAsked, readLeft, RequestNote } from './request-notes.js';
import type { RequestOptions, RequestOutcome } from './request-options.js';
import { Sender } from '../sender.js';

/** Asks users' devices, and waits for their answers from whichever node. */
@Injectable()
export class Requests {
  private readonly pending = new Map<string, PendingRequest>();
  private readonly room: AnswerRoom;

  constructor(
    private readonly sender: Sender,
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly local: LocalNode,
    @Inject(DELIVERY_OPTIONS) private readonly options: CheckedDeliveryOptions,
  ) {
    this.room = new AnswerRoom(options.maxAnswerBytes);
    local.listen(RequestNote.ASKED, (note) => {
      const asked = readAsked(note);
      const request = this.pending.get(asked.id);
      if (request === undefined) this.tellOver(asked.node, asked.id);
      else request.askedBy(asked);
    });
    local.listen(RequestNote.ANSWERED, (note) => {
      const answered = readAnswered(note);
      this.pending.get(answered.id)?.answeredBy(answered);
    });
    local.listen(RequestNote.LEFT, (note) => {
      const { id, connectionId } = readLeft(note);
      this.pending.get(id)?.leftBy(connectionId);
    });
  }

  /**
   * @throws RequestRejectedException when every device refused
   * @throws PushException OFFLINE or TIMEOUT; RATE_LIMITED when `maxPendingRequests` are open or
   *   answers take more than `maxAnswerBytes`; VALIDATION_FAILED when `data` has no JSON form;
   *   UNAVAILABLE when the cluster cannot be reached, or this node stops
   */
  async ask(
    uid: string,
    data: unknown,
    { timeout = this.options.requestTimeout, policy = 'any' }: RequestOptions,
  ): Promise<RequestOutcome> {
    if (this.pending.size >= this.options.maxPendingRequests) throw tooMany();
    const awaited = { node: this.local.node, timeout };
    const message = this.sender.compose({ data }).asRequest(awaited);
    const request = new PendingRequest(policy, this.room);
    this.pending.set(message.id, request);
    // Its time begins before the message goes out: no node gives up earlier than this one.
    const outcome = within(timeout, request.outcome, (reject) => reject(timedOut(timeout)));
    void this.send(uid, message, request);
    try {
      return await outcome;
    } finally {
      this.pending.delete(message.id);
      request.end();
      for (const node of request.openNodes) this.tellOver(node, message.id);
    }
  }

  /** This node stops: nobody hears the answers. */
  stop(): void {
    for (const request of this.pending.values()) request.fail(stopped());
  }

  private async send(uid: string, message: Message, request: PendingRequest): Promise<void> {
    try {
      request.sentTo(await this.engine.publish({ kind: 'uid', uid }, message));
    } catch (error) {
      request.fail(error as Error);
    }
  }

  /** A node that does not hear of it knows how long the request lives. */
  private tellOver(node: string, id: string): void {
    const told = this.engine.tell(node, { kind: RequestNote.OVER, id });
    if (isPromise(told)) told.catch(() => undefined);
  }
}

function tooMany(): PushException {
  const sentence = 'Too many requests of this node wait for answers; ask again later.';
  return new PushException(ErrorCode.RATE_LIMITED, sentence);
}

function timedOut(timeout: number): PushException {
  const sentence = `Ask again: the request was not answered within ${timeout} ms.`;
  return new PushException(ErrorCode.TIMEOUT, sentence);
}

function stopped(): PushException {
  return new PushException(ErrorCode.UNAVAILABLE, 'Ask another node: this one stops.');
}
