import { Injectable } from '@nestjs/common';
import { ErrorCode } from '../protocol/codes.js';
import type { SendResult } from '../protocol/frames.js';
import { andThen, type MaybePromise } from '../protocol/maybe-promise.js';
import { PushException } from '../protocol/push.exception.js';
import type { Connection } from '../registry/connection.js';
import { Sender } from '../delivery/sender.js';
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
    return andThen(this.policy.get().allows(sender, target), (allowed) => {
      if (!allowed) throw forbidden();
      return this.sender.send(target, { data, from: sender.uid });
    });
  }
}

function forbidden(): PushException {
  return new PushException(ErrorCode.FORBIDDEN, 'You may not send to this recipient.');
}
