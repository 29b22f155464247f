import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { within } from '../../../src/protocol/within.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<never>(() => undefined);

it('what settles in time is passed on, and leaves no timer', async () => {
  await expect(within(10, Promise.resolve('in time'))).resolves.toBe('in time');
  await expect(within(10, Promise.reject(new Error('its own')))).rejects.toThrow('its own');
  expect(vi.getTimerCount()).toBe(0);
});

it('what does not is an error that says how long it was waited for', async () => {
  const waiting = expect(within(10, never)).rejects.toThrow('no answer within 10 ms');
  vi.advanceTimersByTime(10);
  await waiting;
});

it('the caller may say with what it is rejected, and do more', async () => {
  const late = vi.fn((reject: (error: Error) => void) => reject(new Error('too late')));
  const waiting = expect(within(10, never, late)).rejects.toThrow('too late');
  vi.advanceTimersByTime(9);
  expect(late).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  await waiting;
});
