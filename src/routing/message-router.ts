import { Injectable } from '@nestjs/common';
import { ErrorCode } from '../protocol/codes.js';
import type { Receipt, Recipient } from '../protocol/frames.js';
import { andThen, type MaybePromise } from '../protocol/maybe-promise.js';
import { EVERYONE } from '../protocol/names.js';
import { PushException } from '../protocol/push.exception.js';
import type { Connection } from '../registry/connection.js';
import { ConnectionRegistryService } from '../service/connection-registry.service.js';
import type { RoutePolicy, RouteTarget } from './route-policy.js';

/** Takes a client's message to its receivers, as far as the route policy lets it. */
@Injectable()
export class MessageRouter {
  constructor(
    private readonly registry: ConnectionRegistryService,
    private readonly policy: () => RoutePolicy,
  ) {}

  route(sender: Connection, target: RouteTarget, data: unknown): MaybePromise<Receipt> {
    return andThen(this.policy().allows(sender, target), (allowed) => {
      if (!allowed) throw forbidden();
      return this.registry.route(target, data, sender.uid);
    });
  }
}

/** The target that a validated recipient names. */
export function targetOf(to: Recipient): RouteTarget {
  if (to === EVERYONE) return { kind: 'all' };
  if (typeof to === 'string') return { kind: 'uid', uid: to };
  if (Array.isArray(to)) return { kind: 'uids', uids: to };
  return { kind: 'group', group: to.group };
}

function forbidden(): PushException {
  return new PushException(ErrorCode.FORBIDDEN, 'You may not send to this recipient.');
}
