import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../../../src/protocol/codes.js';
import { httpStatusOf } from '../../../src/protocol/http-status.js';

const document = readFileSync(new URL('../../../src/http/HTTP.md', import.meta.url), 'utf8');

/** What the table says: each code with its status. */
const table = Array.from(document.matchAll(/^\| ((?:`[A-Z_]+`,? ?)+).*\| (\d{3}) +\|$/gm))
  .flatMap(([, codes, status]) =>
    Array.from(codes.matchAll(/[A-Z_]+/g), ([code]) => [code, Number(status)] as const),
  )
  .sort();

describe('the HTTP status of a code', () => {
  it('is the one that HTTP.md names, for every code that HTTP may meet', () => {
    const socketsOnly = [ErrorCode.AUTH_TIMEOUT, ErrorCode.BAD_FRAME, ErrorCode.UNKNOWN_EVENT];
    const met = Object.values(ErrorCode).filter((code) => !socketsOnly.some((one) => one === code));
    expect(table).toEqual(met.map((code) => [code, httpStatusOf(code)]).sort());
  });

  it("is 400 for a code of the application's own, whatever its name", () => {
    expect(['OUT_OF_STOCK', 'constructor', ''].map(httpStatusOf)).toEqual([400, 400, 400]);
  });
});
