import { Injectable } from '@nestjs/common';
import { ErrorCode } from '../protocol/codes.js';
import type { WatchedData } from '../protocol/frames.js';
import { andThen, isPromise, type MaybePromise } from '../protocol/maybe-promise.js';
import { PushException } from '../protocol/push.exception.js';
import type { Connection } from '../registry/connection.js';
import { Watching } from '../watching/watching.js';
import { GivenRoutePolicy } from './given-route-policy.js';

/** Has clients watch who is online, as far as the route policy lets them. */
@Injectable()
export class WatchRouter {
  constructor(
    private readonly watching: Watching,
    private readonly policy: GivenRoutePolicy,
  ) {}

  /**
   * @throws PushException FORBIDDEN when it may not watch one of them; VALIDATION_FAILED and
   *   RATE_LIMITED beyond the limits
   */
  watch(watcher: Connection, list: readonly string[]): MaybePromise<WatchedData> {
    const uids = new Set(list);
    // Before the policy is asked: it need not answer for what cannot be.
    this.watching.check(watcher, uids);
    return andThen(this.mayWatch(watcher, uids), (allowed) => {
      if (!allowed) throw forbidden();
      return andThen(this.watching.watch(watcher, uids), (presence) => ({ presence }));
    });
  }

  unwatch(watcher: Connection, uids: readonly string[]): void {
    this.watching.unwatch(watcher, uids);
  }

  private mayWatch(watcher: Connection, uids: ReadonlySet<string>): MaybePromise<boolean> {
    const policy = this.policy.get();
    const answers = Array.from(uids, (uid) => policy.mayWatch?.(watcher, uid) ?? false);
    if (!answers.some(isPromise)) return answers.every((allowed) => allowed === true);
    const all = Promise.all(answers.map((answer) => Promise.resolve(answer)));
    return all.then((settled) => settled.every((allowed) => allowed));
  }
}

function forbidden(): PushException {
  return new PushException(ErrorCode.FORBIDDEN, 'You may not watch all of these uids.');
}
