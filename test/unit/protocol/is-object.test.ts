import { describe, expect, it } from 'vitest';
import { isObject } from '../../../src/protocol/is-object.js';

describe('an object of JSON', () => {
  it.each([[{}], [{ a: 1 }], [Object.create(null)]])('is %j', (value) => {
    expect(isObject(value)).toBe(true);
  });

  it.each([[null], [undefined], [[]], ['{}'], [1], [true]])('is not %j', (value) => {
    expect(isObject(value)).toBe(false);
  });
});
