import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isCompactJson } from '../../../../../src/engine/redis/channels/json-form.js';

/** With something else around it, which must not matter. */
function isAccepted(json: string): boolean {
  return isCompactJson(`"${json}"`, 1, json.length + 1);
}

function isParsed(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

it('accepts whatever JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      expect(isAccepted(JSON.stringify(value))).toBe(true);
    }),
  );
});

it('agrees with JSON.parse on text that is like JSON, but for white space', () => {
  const token = fc.constantFrom(
    ...['{', '}', '[', ']', ',', ':', '"', '"a"', '"a":', '\\', '\\u00e9', '\\u12', '\\n', '\n'],
    ...['0', '1', '01', '-', '1.5', '1.', '.5', 'e', 'E+2', '-0', 'true', 'nul', 'null', 'false'],
    ...['{}', '[]', '[1', '{"a":1', 'é', '\u2028', '\ud800', 'NaN', '__proto__'],
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 9 }), (tokens) => {
      const text = tokens.join('');
      if (/[\n]/.test(text)) expect(isAccepted(text) && !isParsed(text)).toBe(false);
      else expect(isAccepted(text)).toBe(isParsed(text));
    }),
    { numRuns: 20_000 },
  );
});

it('agrees with JSON.parse on JSON of which a character was changed, lost or doubled', () => {
  const change = fc.record({ at: fc.nat(), to: fc.string({ maxLength: 2 }), lost: fc.nat(2) });
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), change, (value, { at, to, lost }) => {
      const json = JSON.stringify(value);
      const begin = at % (json.length + 1);
      const text = json.slice(0, begin) + to + json.slice(begin + lost);
      if (isAccepted(text)) expect(isParsed(text)).toBe(true);
      else if (isParsed(text)) expect(text).toMatch(/\s/);
    }),
    { numRuns: 5_000 },
  );
});

it('takes any depth', () => {
  expect(isAccepted('['.repeat(100_000) + ']'.repeat(100_000))).toBe(true);
  expect(isAccepted('['.repeat(100_000) + ']'.repeat(99_999))).toBe(false);
});
