import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CloseCode, ErrorCode } from '../../src/protocol/codes.js';

const ERRORS = Object.values(ErrorCode).sort();
/** 1002 is sent by `ws` alone, so the code has no name for it. */
const CLOSES = [...Object.values(CloseCode), 1002].map(String).sort();

const life = readFileSync('src/LIFE-OF-A-MESSAGE.md', 'utf8');
const troubleshooting = readFileSync('src/TROUBLESHOOTING.md', 'utf8');

function all(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, found]) => found);
}

describe('the life of a message', () => {
  it('names only files that there are', () => {
    const named = all(life, /`([a-z/.-]+\.ts)`/g);
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((file) => !existsSync(join('src', file)))).toEqual([]);
  });

  it('has a way out for every error code and every close code', () => {
    const words = new Set(all(life, /\b([A-Z][A-Z_]+|\d{4})\b/g));
    expect([...ERRORS, ...CLOSES].filter((code) => !words.has(code))).toEqual([]);
  });
});

describe('troubleshooting', () => {
  it('has an entry for every error code, and none for another', () => {
    expect(all(troubleshooting, /^### `([A-Z_]+)`$/gm).sort()).toEqual(ERRORS);
  });

  it('has a row for every close code, and none for another', () => {
    expect(all(troubleshooting, /^\| (\d{4}) +\|/gm).sort()).toEqual(CLOSES);
  });
});
