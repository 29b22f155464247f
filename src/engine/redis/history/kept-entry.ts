import type { Kept, MessageState } from '../../../history/history.js';
import { stateOf, type Note } from '../../../history/traces.js';
import { decodeMessage } from '../channels/envelope.js';

/** A message as Redis keeps it: scripts/history/append.ts says how that is written. */
export interface KeptEntry extends Kept {
  readonly flags: string;
  readonly expires: number;
}

const HEAD = /^(\S+) (\S+) (\d+) (\d+) (\d+) /;

export function readEntry(text: string): KeptEntry {
  const head = HEAD.exec(text);
  const delivery = decodeMessage(`{${text.slice(text.indexOf('\n') + 1)}`);
  if (head === null || delivery === undefined) throw new Error('An entry in Redis is unreadable.');
  const [, flags, epoch, offset, at, expires] = head;
  const message = delivery.message.at({ epoch, offset: Number(offset) });
  const { except } = delivery;
  return {
    message,
    at: Number(at),
    ...(except !== undefined && { except }),
    flags,
    expires: Number(expires),
  };
}

/** Without what only Redis needs. */
export function keptIn({ message, at, except }: KeptEntry): Kept {
  return { message, at, ...(except !== undefined && { except }) };
}

export function stateOfEntry(
  { message, flags, expires }: KeptEntry,
  acked: number,
  now: number,
  notes: readonly Note[],
): MessageState {
  const { offset } = message.position!;
  const facts = {
    isSettled: flags.includes('s'),
    isAcked: offset <= acked,
    isUndelivered: flags.includes('u'),
    isExpired: expires <= now,
  };
  return stateOf(facts, notes, offset);
}

const NOTE = /^([wa]) (\d+) (\d+) (\d+) (\S+) (.*)$/;

export function readNote(text: string): Note {
  const parts = NOTE.exec(text);
  if (parts === null) throw new Error('A note in Redis is unreadable.');
  const [, kind, from, to, at, connectionId, device] = parts;
  return {
    kind: kind === 'w' ? 'written' : 'acked',
    connectionId,
    ...(device !== '' && { device }),
    from: Number(from),
    to: Number(to),
    at: Number(at),
  };
}
