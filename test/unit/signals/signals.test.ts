import { describe, expect, it } from 'vitest';
import { Signals } from '../../../src/signals/signals.js';
import { Tally } from '../../../src/signals/tally.js';

describe('a tally', () => {
  it('counts each label, and all others together once there are too many', () => {
    const tally = new Tally(2);
    for (const label of ['a', 'b', 'a', 'c', 'd', 'a', 'c']) tally.add(label);
    expect(tally.read()).toEqual({ a: 3, b: 1, other: 3 });
  });
});

describe('closes', () => {
  it('are counted by the codes that mean something, however many a client makes up', () => {
    const signals = new Signals();
    for (let code = 1000; code < 5000; code++) signals.socketClosed(code);
    const { other, ...known } = signals.read().socketsClosed;
    expect(Object.keys(known)).toHaveLength(16 + 200);
    expect(known).toMatchObject({ 1000: 1, 1006: 1, 4401: 1, 4513: 1 });
    expect(other).toBe(4000 - 216);
  });
});
