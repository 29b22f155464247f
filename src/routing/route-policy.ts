import type { RouteTarget } from '../engine/target.js';
import type { MaybePromise } from '../protocol/maybe-promise.js';
import type { Connection } from '../registry/connection.js';

/**
 * Says which client may send to whom, and whom it may watch. Asked about the frames of one
 * connection one after another, never for what the server sends. Extend it for rules of your own;
 * Nest injects what the constructor asks for.
 *
 * Answering false tells the client `FORBIDDEN`; a `PushException` tells it that exception's code
 * and message instead.
 */
export abstract class RoutePolicy {
  /** Asked once per `send` and `broadcast`. */
  abstract allows(sender: Connection, target: RouteTarget): MaybePromise<boolean>;

  /**
   * Whether the client may be told when this uid comes and goes. Asked once for each uid of a
   * `watch`; one that it may not watch refuses the frame. Left out, nobody may watch anybody.
   */
  mayWatch?(watcher: Connection, uid: string): MaybePromise<boolean>;
}

/** The default: a client may send to uids, neither to groups nor to everyone, and watch nobody. */
export class UidsOnlyRoutePolicy extends RoutePolicy {
  allows(_sender: Connection, target: RouteTarget): boolean {
    return target.kind === 'uid' || target.kind === 'uids';
  }
}

/** Any client may send to anyone, as in the Workerman example, and watch anyone. */
export class AllowAllRoutePolicy extends RoutePolicy {
  allows(): boolean {
    return true;
  }

  override mayWatch(): boolean {
    return true;
  }
}
