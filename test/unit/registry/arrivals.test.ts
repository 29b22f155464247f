import { expect, it } from 'vitest';
import { Arrivals } from '../../../src/registry/arrivals.js';

const CLOSE = { code: 4403, reason: 'gone' };

it('who was under way when the uid was disconnected is dismissed, and nobody else', () => {
  const arrivals = new Arrivals();
  const [early, other] = [arrivals.begin(), arrivals.begin()];
  arrivals.dismiss('ada', CLOSE);
  const late = arrivals.begin();
  expect(arrivals.dismissalOf('ada', early)).toBe(CLOSE);
  expect(arrivals.dismissalOf('ada', other)).toBe(CLOSE);
  expect(arrivals.dismissalOf('bob', other)).toBeUndefined();
  expect(arrivals.dismissalOf('ada', late)).toBeUndefined();
});

it('a uid is remembered as long as someone is under way who may be it, and no longer', () => {
  const arrivals = new Arrivals();
  const [first, second] = [arrivals.begin(), arrivals.begin()];
  arrivals.dismiss('ada', CLOSE);
  arrivals.begin();
  arrivals.end(first);
  expect(arrivals.dismissalOf('ada', second)).toBe(CLOSE);
  arrivals.end(second);
  // Only one is under way now, who came later.
  expect(arrivals.dismissalOf('ada', second)).toBeUndefined();
});

it('nothing is remembered while nobody is under way', () => {
  const arrivals = new Arrivals();
  const before = arrivals.begin();
  arrivals.end(before);
  arrivals.dismiss('ada', CLOSE);
  expect(arrivals.dismissalOf('ada', before)).toBeUndefined();
});
