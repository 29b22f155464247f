import type { Audience, Fate, Saying } from '../chat-events.js';
import { button, byId, element } from './dom.js';
import { listed } from './names.js';

const MAX_ROWS = 500;

/** What is shown of a message. */
export interface Shown {
  from: string;
  /** Whom it went to, in words. */
  to: string;
  text: string;
  at: number;
}

/** A message of this user, and how far it has come. */
export interface OwnRow {
  /** By the server's answer, or by what another device of this user has said. */
  said(saying: Saying): void;
  /** In words, of what has no receipts. */
  settle(state: string, level?: Level): void;
  /** @param again what a button tries, where there is no harm in trying */
  fail(reason: string, again?: () => void): void;
}

/** How far a message has come, for the eye. */
type Level = 'under-way' | 'failed' | 'sent' | 'written' | 'seen';

interface Own {
  state: HTMLElement;
  saying: Saying | undefined;
  isSeen: boolean;
}

const TIME = new Intl.DateTimeFormat([], { timeStyle: 'medium' });

export function audienceOf({ uids = [], group }: Audience, me: string): string {
  if (group !== undefined) return `to group ${group}`;
  return `to ${listed(uids.map((uid) => (uid === me ? 'you' : uid)))}`;
}

/** The messages of the page, in the order in which they came. */
export class Timeline {
  private readonly log = byId('log', HTMLElement);
  private readonly rows = byId('rows', HTMLOListElement);
  private readonly empty = byId('empty', HTMLElement);
  /** Ids of what is shown: what is kept and what comes may be the same. */
  private readonly shown = new Set<string>();
  private readonly own = new Map<string, Own>();
  /** Whether the last message is in sight, and so is to be the next one. */
  private isAtEnd = true;

  constructor() {
    this.log.addEventListener('scroll', () => {
      this.isAtEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
    });
    new ResizeObserver(() => this.follow()).observe(this.log);
  }

  /** Whether it is the first time; from now on it is not. */
  isNew(id: string): boolean {
    if (this.shown.has(id)) return false;
    this.shown.add(id);
    return true;
  }

  /** A message of somebody else. `isLate`: it had been missed. */
  other(shown: Shown, isLate = false): void {
    const head = headOf(shown);
    if (isLate) head.append(element('span', 'badge', 'recovered'));
    this.add(element('li', 'row', head, element('p', 'text', shown.text)));
  }

  /** A message of this user; one with the same key is the same. */
  mine(key: string, shown: Shown): OwnRow {
    let own = this.own.get(key);
    if (own === undefined) {
      const state = element('p', 'state', 'Sending…');
      const row = element('li', 'row mine', headOf(shown), element('p', 'text', shown.text), state);
      this.own.set(key, (own = { state, saying: undefined, isSeen: false }));
      this.add(row);
    }
    return rowOf(own);
  }

  isMine(key: string): boolean {
    return this.own.has(key);
  }

  /** What of this user's own has not been seen by everyone, the newest first. */
  unseen(limit: number): Saying[] {
    return [...this.own.values()]
      .filter(({ isSeen }) => !isSeen)
      .flatMap(({ saying }) => saying ?? [])
      .reverse()
      .slice(0, limit);
  }

  saying(id: string): Saying | undefined {
    return [...this.own.values()].find(({ saying }) => saying?.id === id)?.saying;
  }

  fate({ key }: Saying, fates: readonly Fate[]): void {
    const own = this.own.get(key);
    if (own?.saying === undefined) return;
    const seen = fates.filter(({ isSeen }) => isSeen);
    own.isSeen = seen.length === fates.length;
    const devices = fates.reduce((sum, fate) => sum + fate.devices, 0);
    if (seen.length > 0) tell(own, seenBy(seen, fates.length), 'seen');
    else tell(own, ...reached(own.saying, devices));
  }

  /** Something that is no message. */
  note(text: string): void {
    const time = element('time', '', TIME.format());
    this.add(element('li', 'note', element('p', '', text), time));
  }

  private add(row: HTMLLIElement): void {
    this.empty.hidden = true;
    this.rows.append(row);
    if (this.rows.childElementCount > MAX_ROWS) this.rows.firstElementChild?.remove();
    this.isAtEnd ||= row.classList.contains('mine');
    this.follow();
  }

  private follow(): void {
    if (this.isAtEnd) this.log.scrollTop = this.log.scrollHeight;
  }
}

function headOf({ from, to, at }: Shown): HTMLElement {
  const time = element('time', '', TIME.format(at));
  time.dateTime = new Date(at).toISOString();
  return element('p', 'head', element('b', '', from), ' ', element('span', 'to', to), time);
}

function rowOf(own: Own): OwnRow {
  return {
    said(saying) {
      own.saying = saying;
      own.isSeen = saying.recipients.length === 0;
      tell(own, ...reached(saying, saying.devices));
    },
    settle(state, level = 'under-way') {
      tell(own, state, level);
    },
    fail(reason, again) {
      tell(own, reason, 'failed');
      if (again !== undefined) own.state.append(' ', button('Try again', again));
    },
  };
}

function tell({ state }: Own, words: string, level: Level): void {
  state.textContent = words;
  state.dataset.level = level;
}

function reached({ recipients, group }: Saying, devices: number): [string, Level] {
  if (recipients.length === 0) {
    const isGroup = group !== undefined;
    return [isGroup ? 'Nobody else is in the group' : 'Sent to your other devices', 'sent'];
  }
  if (devices === 0) return [`Sent, kept until ${listed(recipients)} can get it`, 'sent'];
  return [devices === 1 ? 'Delivered to 1 device' : `Delivered to ${devices} devices`, 'written'];
}

function seenBy(seen: readonly Fate[], all: number): string {
  if (all > 1) return `Seen by ${listed(seen.map(({ uid }) => uid))} (${seen.length} of ${all})`;
  const [{ uid, seenOn }] = seen;
  return `Seen by ${uid} on ${listed(seenOn)}`;
}
