import type { PresenceData } from '../protocol/frames.js';
import { Message } from '../protocol/message.js';
import type { Connection } from '../registry/connection.js';
import { FanOut } from '../registry/fan-out.js';

/** A uid that connections of this node watch. */
export class WatchedUid {
  /** How it stands; undefined while nobody knows. */
  presence: PresenceData | undefined;
  /** Each with whether it was answered: only then it is told of changes. */
  private readonly watchers = new Map<Connection, boolean>();

  get isWatched(): boolean {
    return this.watchers.size > 0;
  }

  add(watcher: Connection): void {
    this.watchers.set(watcher, false);
  }

  /** What the watcher is answered; changes follow. */
  answer(watcher: Connection): PresenceData | undefined {
    this.watchers.set(watcher, true);
    return this.presence;
  }

  drop(watcher: Connection): void {
    this.watchers.delete(watcher);
  }

  change(presence: PresenceData): void {
    this.presence = presence;
    let fanOut: FanOut | undefined;
    for (const [watcher, isAnswered] of this.watchers) {
      if (!isAnswered) continue;
      fanOut ??= new FanOut(Message.notice('', 'presence', presence), undefined);
      fanOut.to(watcher);
    }
  }
}
