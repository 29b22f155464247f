import { describe, expect, it } from 'vitest';
import { hasPart } from '../../../src/testing/match.js';

describe('a part of a value', () => {
  it.each([
    [{ a: 1, b: { c: [1, { d: 2, e: 3 }] } }, { b: { c: [1, { d: 2 }] } }],
    [{ a: 1 }, {}],
    [null, null],
    ['text', 'text'],
    [
      [1, 2],
      [1, 2],
    ],
  ])('stands in %j: %j', (value, part) => {
    expect(hasPart(value, part)).toBe(true);
  });

  it.each([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { b: undefined, c: 1 }],
    [{ a: null }, { a: {} }],
    [
      [1, 2, 3],
      [1, 2],
    ],
    [[1], { 0: 1 }],
    ['text', { length: 4 }],
    [1, '1'],
  ])('does not stand in %j: %j', (value, part) => {
    expect(hasPart(value, part)).toBe(false);
  });
});
