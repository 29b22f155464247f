import type {
  Acknowledgement,
  AckResult,
  Explanation,
  Listing,
  Opened,
  ReadFailure,
  ReadResult,
} from '../../../history/history.js';
import { tracesOf } from '../../../history/traces.js';
import type { StreamPosition } from '../../../protocol/frames.js';
import { keptIn, readEntry, readNote, stateOfEntry } from './kept-entry.js';

// What the scripts in scripts/history answer, and what it means.

type PageReply = [reason: ReadFailure['reason']] | [after: number, through: number, string[]];

export type OpenReply = [epoch: string, top: number, page?: PageReply];

export function openedIn([epoch, offset, page]: OpenReply): Opened {
  const top = { epoch, offset };
  return page === undefined ? { top } : { top, recovery: pageIn(top, page) };
}

function pageIn(top: StreamPosition, reply: PageReply): ReadResult {
  if (reply.length === 1) return { ok: false, top, reason: reply[0] };
  const [after, through, entries] = reply;
  const messages = entries.map((entry) => keptIn(readEntry(entry)));
  return { ok: true, top, after, messages, through };
}

type AckReply =
  | ['epoch' | 'beyond']
  | [outcome: Acknowledgement['outcome'], previous: number, cursor: number, settled: string[]];

export function ackIn(answer: unknown): AckResult {
  const reply = answer as AckReply;
  if (reply.length === 1) return { outcome: reply[0] };
  const [outcome, previous, cursor, entries] = reply;
  const settled = entries.map((entry) => {
    const { message } = readEntry(entry);
    return { id: message.id, offset: message.position!.offset };
  });
  return { outcome, previous, cursor, settled };
}

export type ListReply = [
  ...[epoch: string, top: number, acked: number, now: number],
  ...[notes: string[], entries: string[]],
];

export function listingIn([epoch, offset, acked, now, notes, entries]: ListReply): Listing {
  const known = notes.map(readNote);
  const messages = entries.map((text) => {
    const entry = readEntry(text);
    return { ...keptIn(entry), state: stateOfEntry(entry, acked, now, known) };
  });
  return { top: { epoch, offset }, messages };
}

export type ExplainedReply = [
  ...[uid: string, acked: number, now: number],
  ...[notes: string[], entry: string],
];

export function explanationsIn(replies: readonly ExplainedReply[]): Explanation[] {
  return replies.map(([uid, acked, now, notes, text]) => {
    const entry = readEntry(text);
    const { id, position } = entry.message;
    const { offset } = position!;
    const known = notes.map(readNote);
    const state = stateOfEntry(entry, acked, now, known);
    return { id, uid, offset, at: entry.at, state, devices: tracesOf(known, offset) };
  });
}
