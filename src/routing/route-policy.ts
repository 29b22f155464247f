import type { RouteTarget } from '../engine/target.js';
import type { MaybePromise } from '../protocol/maybe-promise.js';
import type { Connection } from '../registry/connection.js';

/**
 * Says which client may send to whom. Asked once per `send` and `broadcast` of a client, never
 * for what the server sends; about the frames of one connection one after another. Extend it for rules of your own; Nest injects what the constructor
 * asks for.
 *
 * Answering false tells the client `FORBIDDEN`; a `PushException` tells it that exception's code
 * and message instead.
 */
export abstract class RoutePolicy {
  abstract allows(sender: Connection, target: RouteTarget): MaybePromise<boolean>;
}

/** The default: a client may send to uids, and neither to groups nor to everyone. */
export class UidsOnlyRoutePolicy extends RoutePolicy {
  allows(_sender: Connection, target: RouteTarget): boolean {
    return target.kind === 'uid' || target.kind === 'uids';
  }
}

/** Any client may send to anyone, as in the Workerman example. */
export class AllowAllRoutePolicy extends RoutePolicy {
  allows(): boolean {
    return true;
  }
}
