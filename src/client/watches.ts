import type { PresenceData } from '../protocol/frames.js';
import { finished, type Reporter } from './emitter.js';
import type { Encode } from './envelope.js';
import type { Outbox } from './outbox.js';
import { onAbort, stopAll } from './promises.js';

/** Whether a uid is online, and as of which of its changes. */
export type Presence = PresenceData;

/** What `watch` answers. */
export interface Watch {
  /** How each uid stands, in the order in which they were given; undefined while nobody knows. */
  readonly states: ReadonlyMap<string, Presence | undefined>;
  /** Ends it; a second call does nothing. */
  stop(): void;
}

/** Called with the state of a uid, at first and after each change. */
export type PresenceListener = (presence: Presence) => unknown;

interface Entry {
  readonly states: Map<string, Presence | undefined>;
  readonly listener: PresenceListener;
  /** The frame that asks for it, on each connection. */
  readonly text: string;
}

/** Whom the application watches, on whichever connection there is. */
export function newWatches(encode: Encode, outbox: Outbox, reporter: Reporter) {
  const entries = new Set<Entry>();
  /** Of each uid the newest `seq` that this connection has told. */
  const newest = new Map<string, number>();

  /** It stands so with a uid: now, or since it has changed. */
  const seen = (presence: Presence): void => {
    const { uid, online, seq } = presence;
    entries.forEach(({ states, listener }) => {
      if (!states.has(uid) || newest.get(uid)! > seq) return;
      newest.set(uid, seq);
      const isChange = states.get(uid)?.online !== online;
      states.set(uid, presence);
      if (isChange) void finished(reporter, () => listener(presence));
    });
  };

  const watch = (
    uids: readonly string[],
    listener: PresenceListener,
    { signal }: { signal?: AbortSignal } = {},
  ): Watch => {
    const states: Entry['states'] = new Map(uids.map((uid) => [uid, undefined]));
    // An id, so that its error is not taken for one of the connection.
    const text = encode('watch', { uids }, 'watch');
    const entry = { states, listener, text };
    entries.add(entry);
    outbox.tell(text);
    const stop = (): void => {
      if (!entries.delete(entry)) return;
      const isOver = (uid: string): boolean => ![...entries].some(({ states }) => states.has(uid));
      const over = [...states.keys()].filter(isOver);
      over.forEach((uid) => newest.delete(uid));
      outbox.tell(encode('unwatch', { uids: over }));
    };
    return { states, stop: stopAll(stop, onAbort(signal, stop)) };
  };

  /** There is another connection, on which nothing was seen. */
  const open = (): void => {
    newest.clear();
    entries.forEach(({ text }) => outbox.tell(text));
  };

  return { seen, watch, open };
}
