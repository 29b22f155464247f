import { Injectable } from '@nestjs/common';
import { ErrorCode } from '../protocol/codes.js';
import type { SendResult } from '../protocol/frames.js';
import { andThen, isPromise, type MaybePromise } from '../protocol/maybe-promise.js';
import { PushException } from '../protocol/push.exception.js';
import type { Connection } from '../registry/connection.js';
import { Sender } from '../delivery/sender.js';
import { Underway } from './frames/underway.js';
import { GivenRoutePolicy } from './given-route-policy.js';
import type { RouteTarget } from '../engine/target.js';

/** Takes a client's message to its receivers, as far as the route policy lets it. */
@Injectable()
export class MessageRouter {
  constructor(
    private readonly sender: Sender,
    private readonly policy: GivenRoutePolicy,
  ) {}

  route(sender: Connection, target: RouteTarget, data: unknown): MaybePromise<SendResult> {
    return andThen(this.start(sender, target, data), (started) =>
      started instanceof Underway ? started.outcome : started,
    );
  }

  /** The same, but answers as soon as the message has its place among those of the sender. */
  start(
    sender: Connection,
    target: RouteTarget,
    data: unknown,
  ): MaybePromise<SendResult | Underway<SendResult>> {
    this.sender.checkRecipients(target);
    return andThen(this.policy.get().allows(sender, target), (allowed) => {
      if (!allowed) throw forbidden();
      const sent = this.sender.send(target, { data, from: sender.uid });
      return isPromise(sent) ? new Underway(sent) : sent;
    });
  }
}

function forbidden(): PushException {
  return new PushException(ErrorCode.FORBIDDEN, 'You may not send to this recipient.');
}
