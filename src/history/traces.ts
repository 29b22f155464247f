import type { DeviceTrace, MessageState } from './history.js';

/** A connection was written, or acknowledged, the messages `from` up to `to`. */
export interface Note {
  readonly kind: 'written' | 'acked';
  readonly connectionId: string;
  readonly device?: string;
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

/** What the notes tell of one message: each connection once, when it first was written or acked. */
export function tracesOf(notes: readonly Note[], offset: number): DeviceTrace[] {
  const traces = new Map<string, DeviceTrace>();
  for (const { kind, connectionId, device, from, to, at } of notes) {
    if (offset < from || offset > to) continue;
    const time = kind === 'written' ? { writtenAt: at } : { ackedAt: at };
    const known = traces.get(connectionId) ?? { connectionId, ...(device && { device }) };
    traces.set(connectionId, { ...known, ...time, ...timesOf(known) });
  }
  return [...traces.values()];
}

function timesOf({ writtenAt, ackedAt }: DeviceTrace): Partial<DeviceTrace> {
  return {
    ...(writtenAt !== undefined && { writtenAt }),
    ...(ackedAt !== undefined && { ackedAt }),
  };
}

/** What is known of a message that decides its state. */
export interface Facts {
  readonly isSettled: boolean;
  readonly isAcked: boolean;
  readonly isUndelivered: boolean;
  readonly isExpired: boolean;
}

export function stateOf(facts: Facts, notes: readonly Note[], offset: number): MessageState {
  if (facts.isSettled) return 'settled';
  if (facts.isAcked) return 'acked';
  if (facts.isUndelivered) return 'undelivered';
  if (facts.isExpired) return 'expired';
  return notes.some((note) => offset >= note.from && offset <= note.to) ? 'written' : 'stored';
}
