import { describe, expect, it } from 'vitest';
import { stateOf, tracesOf, type Note } from '../../../src/history/traces.js';

const PHONE = { connectionId: '@aaaaaaaaaa.1', device: 'phone' };
const TAB = { connectionId: '@aaaaaaaaaa.2' };

const notes: Note[] = [
  { kind: 'written', ...PHONE, from: 1, to: 3, at: 10 },
  { kind: 'written', ...TAB, from: 3, to: 3, at: 11 },
  { kind: 'written', ...PHONE, from: 2, to: 2, at: 12 },
  { kind: 'acked', ...PHONE, from: 1, to: 2, at: 13 },
];

describe('the notes of a stream', () => {
  it('tell of each connection once, when it first was written and acknowledged a message', () => {
    expect(tracesOf(notes, 2)).toEqual([{ ...PHONE, writtenAt: 10, ackedAt: 13 }]);
    expect(tracesOf(notes, 3)).toEqual([
      { ...PHONE, writtenAt: 10 },
      { ...TAB, writtenAt: 11 },
    ]);
    expect(tracesOf(notes, 4)).toEqual([]);
  });
});

describe('the state of a message', () => {
  const nothing = { isSettled: false, isAcked: false, isUndelivered: false, isExpired: false };

  it('is the last that applies', () => {
    expect(stateOf(nothing, notes, 4)).toBe('stored');
    expect(stateOf(nothing, notes, 3)).toBe('written');
    expect(stateOf({ ...nothing, isExpired: true }, notes, 3)).toBe('expired');
    const undelivered = { ...nothing, isExpired: true, isUndelivered: true };
    expect(stateOf(undelivered, notes, 3)).toBe('undelivered');
    expect(stateOf({ ...undelivered, isAcked: true }, notes, 3)).toBe('acked');
    expect(stateOf({ ...undelivered, isAcked: true, isSettled: true }, notes, 3)).toBe('settled');
  });
});
