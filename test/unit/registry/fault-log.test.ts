import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FaultLog } from '../../../src/registry/fault-log.js';
import { ErrorCode } from '../../../src/protocol/codes.js';
import { PushException } from '../../../src/protocol/push.exception.js';

const MINUTE = 60_000;
let lines: string[];

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  vi.spyOn(Logger.prototype, 'error').mockImplementation((message: unknown) => {
    lines.push(String(message));
  });
});

afterEach(() => vi.useRealTimers());

it('tells the first fault at once, with its stack', () => {
  new FaultLog('Authentication failed').tell(new Error('the database is away'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^Authentication failed: Error: the database is away\n\s+at /);
});

it('tells those of the next minute together, and the next fault after it at once', () => {
  const log = new FaultLog('Authentication failed');
  for (let i = 0; i < 200; i++) log.tell(new Error(`fault ${i}`));
  expect(lines).toHaveLength(1);
  vi.advanceTimersByTime(MINUTE);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain('failed 199 times more within a minute; the last: Error: fault 199');
  vi.advanceTimersByTime(MINUTE);
  expect(lines).toHaveLength(2);
  log.tell(new Error('fault 200'));
  expect(lines[2]).toContain('fault 200');
});

it('leaves it to those who are unavailable to say so', () => {
  new FaultLog('Authentication failed').tell(
    new PushException(ErrorCode.UNAVAILABLE, 'Redis is away.'),
  );
  expect(lines).toEqual([]);
});

it('prints nothing of what is thrown and is no error: it may be a credential', () => {
  new FaultLog('Authentication failed').tell('secret');
  expect(lines).toEqual(['Authentication failed: a thrown string']);
});
