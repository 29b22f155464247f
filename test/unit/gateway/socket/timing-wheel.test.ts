import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TimingWheel } from '../../../../src/gateway/socket/timing-wheel.js';

describe('the timing wheel', () => {
  const due: string[] = [];
  let wheel: TimingWheel<string>;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    due.length = 0;
    wheel = new TimingWheel<string>(100, (item) => due.push(item));
  });

  afterEach(() => {
    wheel.stop();
    vi.useRealTimers();
  });

  it('calls for an item after its delay and at most two ticks later, never before', () => {
    wheel.add('a', 250);
    vi.advanceTimersByTime(249);
    expect(due).toEqual([]);
    vi.advanceTimersByTime(201);
    expect(due).toEqual(['a']);
  });

  it('does not call for an item that was removed', () => {
    const slot = wheel.add('a', 100);
    wheel.add('b', 100);
    wheel.remove('a', slot);
    wheel.remove('a', slot);
    vi.advanceTimersByTime(1_000);
    expect(due).toEqual(['b']);
  });

  it('lets an item come again', () => {
    const again: number[] = [];
    const beating = new TimingWheel<string>(100, (item) => {
      again.push(performance.now());
      if (again.length < 3) beating.add(item, 500);
    });
    beating.add('a', 500);
    vi.advanceTimersByTime(5_000);
    expect(again).toHaveLength(3);
    beating.stop();
  });

  it('calls for everything that was due while the process was busy', () => {
    for (let i = 1; i <= 20; i++) wheel.add(`item ${i}`, i * 50);
    vi.advanceTimersByTime(50);
    vi.setSystemTime(Date.now() + 10_000);
    vi.advanceTimersByTime(2_000);
    expect(due).toHaveLength(20);
  });

  it('calls for nothing after it was stopped', () => {
    wheel.add('a', 100);
    wheel.stop();
    vi.advanceTimersByTime(1_000);
    expect(due).toEqual([]);
  });
});
