import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CloseCode, ErrorCode } from '../../../src/protocol/codes.js';
import { readJsonFrame } from '../../support/server-frames.js';

const specification = readFileSync(
  new URL('../../../src/protocol/PROTOCOL.md', import.meta.url),
  'utf8',
);

function section(heading: string): string {
  const start = specification.indexOf(`\n## ${heading}\n`);
  if (start < 0) throw new Error(`PROTOCOL.md has no section "${heading}".`);
  const end = specification.indexOf('\n## ', start + 1);
  return specification.slice(start, end);
}

/** What stands between backquotes in the first column of the section's tables. */
function firstColumn(heading: string): string[] {
  const rows = section(heading).match(/^\| [^|]+\|/gm) ?? [];
  return rows.flatMap((row) => row.match(/[A-Z][A-Z_]+|\d{4}/g) ?? []);
}

describe('PROTOCOL.md', () => {
  it('lists every error code, and none that is not', () => {
    expect([...new Set(firstColumn('Errors'))].sort()).toEqual(Object.values(ErrorCode).sort());
  });

  it('lists every close code, and none that is not', () => {
    // 1002 is sent by `ws` alone, so the code has no name for it.
    const known = [...Object.values(CloseCode), 1002].map(String);
    expect(firstColumn('Closing').sort()).toEqual(known.sort());
  });

  it('shows in its sessions only what the server may say', () => {
    const said = section('Example sessions').matchAll(/(?:S[^`\n]*|json): `(\{.*?\})`(?=[\n,])/g);
    const frames = Array.from(said, ([, text]) => text);
    expect(frames.length).toBeGreaterThan(8);
    for (const frame of frames) expect(() => readJsonFrame(frame)).not.toThrow();
  });
});
