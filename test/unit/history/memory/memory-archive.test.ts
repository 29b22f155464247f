import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkHistoryOptions } from '../../../support/history-options.js';
import { MemoryArchive } from '../../../../src/history/memory/memory-archive.js';
import { Message } from '../../../../src/protocol/message.js';

const TTL = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what is kept in memory', () => {
  it('goes away by itself, uids, messages and timer', () => {
    const archive = new MemoryArchive(checkHistoryOptions({ ttl: TTL }));
    archive.touch('here', Date.now());
    for (let i = 0; i < 100; i++) {
      const options = { undeliveredAfter: i % 2 === 0 ? TTL : undefined };
      archive.append(`uid ${i}`, Message.of(`m-${i}`, i), options, Date.now());
    }
    vi.advanceTimersByTime(TTL / 2);
    expect(archive.find('uid 1', Date.now())?.length).toBe(1);
    expect(vi.getTimerCount()).toBe(1);
    archive.touch('here', Date.now());
    vi.advanceTimersByTime(TTL * 0.75);
    expect(archive.find('uid 1', Date.now())).toBeUndefined();
    expect(archive.find('here', Date.now())).toBeDefined();
    expect([...archive.entriesOf('m-1')]).toEqual([]);
    vi.advanceTimersByTime(TTL * 2);
    expect(archive.find('here', Date.now())).toBeUndefined();
    expect(archive.due.isEmpty).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not in the way of what comes later', () => {
    const limits = checkHistoryOptions({ maxBytes: 4_096, maxTotalBytes: 8_192, ttl: TTL });
    const archive = new MemoryArchive(limits);
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 100; i++) {
        const uid = `uid ${i % 3}`;
        const options = { undeliveredAfter: 1_000 };
        const { offset } = archive.append(
          uid,
          Message.of('m', 'x'.repeat(900)),
          options,
          Date.now(),
        );
        const stream = archive.find(uid, Date.now())!;
        archive.note(stream, {
          kind: 'acked',
          connectionId: '@aaaaaaaaaa.1',
          from: 1,
          to: offset,
          at: 0,
        });
        if (i % 5 === 0) archive.acknowledge(stream, offset);
      }
      // Had anything been counted that is not there any more, there would be no room for these.
      const kept = [0, 1, 2].map((i) => archive.find(`uid ${i}`, Date.now())?.length ?? 0);
      expect(kept.reduce((sum, length) => sum + length)).toBeGreaterThanOrEqual(4);
      vi.advanceTimersByTime(TTL * 3);
    }
  });
});
