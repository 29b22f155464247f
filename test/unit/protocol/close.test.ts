import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { afterClose } from '../../../src/protocol/after-close.js';
import { isCloseCode, isCloseReason } from '../../../src/protocol/close.js';
import { CloseCode } from '../../../src/protocol/codes.js';

describe('a close code of an application', () => {
  it.each([1000, 3000, 4403, 4999])('may be %d', (code) => {
    expect(isCloseCode(code)).toBe(true);
  });

  it.each([0, 999, 1001, 1006, 2999, 5000, 4000.5, NaN, '1000', null, undefined])(
    'may not be %j',
    (code) => {
      expect(isCloseCode(code)).toBe(false);
    },
  );
});

describe('a close reason', () => {
  it.each(['', 'x'.repeat(123), 'é'.repeat(61)])('may be %j', (reason) => {
    expect(isCloseReason(reason)).toBe(true);
  });

  it.each(['x'.repeat(124), 'é'.repeat(62), 7, null, undefined])('may not be %j', (reason) => {
    expect(isCloseReason(reason)).toBe(false);
  });
});

describe('after a close a client', () => {
  const expected = {
    reconnect: [1001, 1006, 1011, 1012, 1013, 1014, 4500, 4503, 4508, 4510, 4513, 4529, 4599],
    final: [4400, 4401, 4403, 4409, 4429, 4499],
    mistaken: [1002, 1003, 1007, 1008, 1009, 1010],
    done: [1000, 1004, 1005, 1015, 3000, 3999, 4000, 4399, 4600, 4999],
  };
  const cases = Object.entries(expected).flatMap(([then, codes]) =>
    codes.map((code) => [code, then] as const),
  );

  it.each(cases)('that saw %d is told: %s', (code, then) => {
    expect(afterClose(code)).toBe(then);
  });

  it('is told something of every code that this server sends', () => {
    const untested = Object.values(CloseCode).filter((code) => !cases.some(([c]) => c === code));
    expect(untested).toEqual([]);
  });

  it('reads the same in PROTOCOL.md', () => {
    const file = new URL('../../../src/protocol/PROTOCOL.md', import.meta.url);
    const [, table] = readFileSync(file, 'utf8').split('\n## Reconnecting\n');
    const rows = table.matchAll(
      /^\| ([^|]*\d[^|]*) \| +(\*\*final\*\*|reconnect|the client|closed)/gm,
    );
    const then = new Map([
      ['**final**', 'final'],
      ['reconnect', 'reconnect'],
      ['the client', 'mistaken'],
      ['closed', 'done'],
    ]);
    const read = Array.from(rows, ([, codes, does]) =>
      codesOf(codes).map((code) => [code, then.get(does)] as const),
    ).flat();
    expect(read.length).toBeGreaterThan(200);
    for (const [code, does] of read) expect([code, afterClose(code)]).toEqual([code, does]);
  });
});

/** `1001, 4500–4599` as a list; HTTP statuses have three digits and are no close codes. */
function codesOf(cell: string): number[] {
  return Array.from(cell.matchAll(/(\d{4})(?:–(\d{4}))?/g)).flatMap(([, first, last = first]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i),
  );
}
