import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryClaims } from '../../../../src/engine/memory/memory-claims.js';

const TTL = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('keys that hold a text', () => {
  it('hold the first one until its time is over', () => {
    const claims = new MemoryClaims(10);
    expect(claims.claim('key', 'one', TTL)).toBeUndefined();
    expect(claims.claim('key', 'two', TTL)).toBe('one');
    vi.advanceTimersByTime(TTL);
    expect(claims.claim('key', 'two', TTL)).toBeUndefined();
  });

  it('are forgotten when there are too many, the oldest first', () => {
    const claims = new MemoryClaims(2);
    for (const key of ['a', 'b', 'c']) claims.claim(key, key, TTL);
    expect(claims.claim('b', '', TTL)).toBe('b');
    expect(claims.claim('c', '', TTL)).toBe('c');
    claims.release('b', 'b');
    claims.claim('d', 'd', TTL);
    expect(claims.claim('c', '', TTL)).toBe('c');
    expect(claims.claim('a', 'again', TTL)).toBeUndefined();
  });

  it('count as several with a long text, and one alone is never too many', () => {
    const claims = new MemoryClaims(4);
    for (const key of ['a', 'b', 'c']) claims.claim(key, key, TTL);
    claims.keep('c', 'c', 'x'.repeat(2_100), TTL);
    expect(claims.claim('b', '', TTL)).toBe('b');
    expect(claims.claim('a', 'again', TTL)).toBeUndefined();
    claims.claim('large', 'y'.repeat(10_000), TTL);
    expect(claims.claim('large', '', TTL)).toHaveLength(10_000);
    expect(claims.claim('c', 'again', TTL)).toBeUndefined();
  });
});
