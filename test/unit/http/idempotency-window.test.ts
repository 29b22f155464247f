import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IdempotencyWindow } from '../../../src/http/idempotency-window.js';
import type { SendResult } from '../../../src/protocol/frames.js';

const WINDOW = 1_000;

let sent = 0;
let window: IdempotencyWindow;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  sent = 0;
  window = new IdempotencyWindow({ idempotencyWindow: WINDOW, idempotencyMaxKeys: 3 });
});

afterEach(() => vi.useRealTimers());

function send(): Promise<SendResult> {
  return Promise.resolve({ id: `message-${++sent}`, nodes: 1 });
}

function once(key: string, { scope = 'caller', content = 'body', action = send } = {}) {
  return window.once({ scope, key, content }, action);
}

describe('IdempotencyWindow', () => {
  it('sends once per key', async () => {
    expect(await once('a')).toEqual({ id: 'message-1', nodes: 1 });
    expect(await once('a')).toEqual({ id: 'message-1', nodes: 1 });
    expect(await once('b')).toEqual({ id: 'message-2', nodes: 1 });
  });

  it('does not mix up the keys of two callers', async () => {
    await once('a', { scope: 'one' });
    await once('a', { scope: 'two' });
    expect(sent).toBe(2);
  });

  it('refuses another content under the same key', async () => {
    await once('a');
    await expect(once('a', { content: 'other' })).rejects.toMatchObject({ status: 422 });
    expect(sent).toBe(1);
  });

  it('remembers for the window and no longer', async () => {
    await once('a');
    vi.advanceTimersByTime(WINDOW - 1);
    await once('a');
    expect(sent).toBe(1);
    vi.advanceTimersByTime(1);
    await once('a', { content: 'other' });
    expect(sent).toBe(2);
  });

  it('forgets the oldest when there are too many', async () => {
    for (const key of ['a', 'b', 'c', 'd']) await once(key);
    await once('b');
    await once('d');
    expect(sent).toBe(4);
    await once('a');
    expect(sent).toBe(5);
  });

  it('does not remember a failure, though those who waited for it get it too', async () => {
    const action = () => Promise.reject(new Error('down'));
    const first = once('a', { action });
    const second = once('a');
    await expect(first).rejects.toThrow('down');
    await expect(second).rejects.toThrow('down');
    expect(sent).toBe(0);
    await once('a');
    expect(sent).toBe(1);
  });

  it('keeps what a later request under the key has, when an earlier one fails late', async () => {
    let fail: (error: Error) => void = () => {};
    const slow = once('a', { action: () => new Promise((_, reject) => (fail = reject)) });
    vi.advanceTimersByTime(WINDOW);
    await once('a');
    fail(new Error('late'));
    await expect(slow).rejects.toThrow('late');
    await once('a');
    expect(sent).toBe(1);
  });

  it.each(['', 'x'.repeat(256)])('refuses an empty or too long key', async (key) => {
    await expect(once(key)).rejects.toMatchObject({ status: 400 });
    expect(sent).toBe(0);
  });
});
