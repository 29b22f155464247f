import type { SettledData } from '../../protocol/frames.js';
import type { Message } from '../../protocol/message.js';
import type { Undelivered } from '../history.js';

/** A message that is kept. All of them are one list, from the oldest to the newest. */
export class Entry implements Undelivered {
  older: Entry | null = null;
  newer: Entry | null = null;
  /** The device that settled it, or the connection if that has no name. */
  settledBy: string | undefined = undefined;
  wasUndelivered = false;
  /** When it is undelivered, and after which time from then on it counts: see DueQueue. */
  due = 0;
  dueAfter = 0;
  /** No part of its stream any more, but still to be handed over if nobody acknowledges it. */
  isOwed = false;

  constructor(
    readonly uid: string,
    /** With its position. */
    readonly message: Message,
    readonly at: number,
    readonly expiresAt: number,
    readonly size: number,
    readonly settles: boolean,
    readonly except: ReadonlySet<string> | undefined,
  ) {}

  get offset(): number {
    return this.message.position!.offset;
  }

  get reference(): SettledData {
    return { id: this.message.id, offset: this.offset };
  }

  /** Whether whoever missed it is to get it. */
  isWanted(now: number): boolean {
    return this.settledBy === undefined && this.expiresAt > now;
  }
}

/** Entries in the order of their age; one can be taken out wherever it is. */
export class EntryList {
  oldest: Entry | null = null;
  private newest: Entry | null = null;

  add(entry: Entry): void {
    entry.older = this.newest;
    if (this.newest === null) this.oldest = entry;
    else this.newest.newer = entry;
    this.newest = entry;
  }

  remove(entry: Entry): void {
    if (entry.older === null) this.oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === null) this.newest = entry.older;
    else entry.newer.older = entry.older;
    entry.older = null;
    entry.newer = null;
  }
}
