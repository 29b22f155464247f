import { Inject, Injectable } from '@nestjs/common';
import { ENGINE, type Engine } from '../engine/engine.js';
import { ErrorCode } from '../protocol/codes.js';
import type { PresenceData } from '../protocol/frames.js';
import { andThen, type MaybePromise } from '../protocol/maybe-promise.js';
import { PushException } from '../protocol/push.exception.js';
import type { Connection } from '../registry/connection.js';
import { LocalNode } from '../registry/local-node.js';
import type { PresenceWatcher } from '../registry/presence-watcher.js';
import { WatchedUid } from './watched-uid.js';
import { WATCHING_OPTIONS, type CheckedWatchingOptions } from './watching.options.js';

/**
 * Connections of this node that are told when uids come and go. The engine is asked about a uid
 * while any of them watches it, and about no other.
 */
@Injectable()
export class Watching implements PresenceWatcher {
  private readonly watched = new Map<string, WatchedUid>();
  /** What each connection watches, from its first `watch` until it has gone. */
  private readonly lists = new Map<Connection, Set<string>>();
  private total = 0;

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    local: LocalNode,
    @Inject(WATCHING_OPTIONS) private readonly limits: CheckedWatchingOptions,
  ) {
    local.watcher = this;
  }

  /**
   * @throws PushException VALIDATION_FAILED when the connection would watch more than `maxWatched`
   *   uids; RATE_LIMITED when all of the node would watch more than `maxTotalWatched`
   */
  check(watcher: Connection, uids: ReadonlySet<string>): void {
    const list = this.lists.get(watcher) ?? NONE;
    let added = 0;
    for (const uid of uids) if (!list.has(uid)) added++;
    const { maxWatched, maxTotalWatched } = this.limits;
    if (added === 0) return;
    if (list.size + added > maxWatched) throw tooMany(maxWatched);
    if (this.total + added > maxTotalWatched) throw tooManyOfAll();
  }

  /**
   * Answers how these uids stand, as far as that can be known now; whatever changes, or is known
   * later, follows as `presence` frames until the connection unwatches them or has gone.
   *
   * @throws PushException as `check`
   */
  watch(watcher: Connection, uids: ReadonlySet<string>): MaybePromise<PresenceData[]> {
    if (watcher.isGone) return [];
    this.check(watcher, uids);
    this.add(watcher, uids);
    const unknown = [...uids].filter((uid) => this.watched.get(uid)?.presence === undefined);
    const known = unknown.length === 0 ? undefined : this.engine.watch(unknown);
    return andThen(known, () => this.answer(watcher, uids));
  }

  unwatch(watcher: Connection, uids: Iterable<string>): void {
    const list = this.lists.get(watcher) ?? NONE;
    const over: string[] = [];
    for (const uid of uids) {
      if (!list.delete(uid)) continue;
      this.total--;
      const watched = this.watched.get(uid)!;
      watched.drop(watcher);
      if (watched.isWatched) continue;
      this.watched.delete(uid);
      over.push(uid);
    }
    if (over.length > 0) this.engine.unwatch(over);
  }

  seen(presence: PresenceData): void {
    this.watched.get(presence.uid)?.change(presence);
  }

  private add(watcher: Connection, uids: ReadonlySet<string>): void {
    const list = this.listOf(watcher);
    for (const uid of uids) {
      if (list.has(uid)) continue;
      list.add(uid);
      this.total++;
      let watched = this.watched.get(uid);
      if (watched === undefined) this.watched.set(uid, (watched = new WatchedUid()));
      watched.add(watcher);
    }
  }

  private listOf(watcher: Connection): Set<string> {
    const known = this.lists.get(watcher);
    if (known !== undefined) return known;
    const list = new Set<string>();
    this.lists.set(watcher, list);
    watcher.closed$.subscribe(() => {
      this.unwatch(watcher, list);
      this.lists.delete(watcher);
    });
    return list;
  }

  /** It may have gone, or unwatched some of them, while the engine was asked. */
  private answer(watcher: Connection, uids: ReadonlySet<string>): PresenceData[] {
    const list = this.lists.get(watcher) ?? NONE;
    const known: PresenceData[] = [];
    for (const uid of uids) {
      const presence = list.has(uid) ? this.watched.get(uid)!.answer(watcher) : undefined;
      if (presence !== undefined) known.push(presence);
    }
    return known;
  }
}

/** Of a connection that watches nobody; nothing is ever added to it. */
const NONE = new Set<string>();

function tooMany(max: number): PushException {
  const rule = `uids, with those that are watched already, must be at most ${max}`;
  return new PushException(
    ErrorCode.VALIDATION_FAILED,
    `Watch at most ${max} uids at a time; unwatch some first.`,
    [{ field: 'uids', errors: [rule] }],
  );
}

function tooManyOfAll(): PushException {
  const sentence = 'As many uids are watched here as may be; try again later.';
  return new PushException(ErrorCode.RATE_LIMITED, sentence);
}
