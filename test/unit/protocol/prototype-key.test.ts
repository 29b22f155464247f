import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasPrototypeKey } from '../../../src/protocol/prototype-key.js';

function found(text: string): boolean {
  return hasPrototypeKey(text, JSON.parse(text));
}

describe('the key __proto__ in parsed JSON', () => {
  it.each([
    '{"__proto__":1}',
    '{"__proto__":null}',
    '{"a":{"__proto__":{}}}',
    '[[[{"__proto__":[]}]]]',
    '{"a":1,"b":[2,{"c":"d","__proto__":"e"}]}',
    '{"\\u005f_proto__":1}',
    '{"__pr\\u006Fto__":1}',
    '{"\\u005f\\u005f\\u0070\\u0072\\u006f\\u0074\\u006f\\u005f\\u005f":1}',
    '{"__proto__":{"__proto__":1}}',
  ])('is found in %s', (text) => {
    expect(found(text)).toBe(true);
  });

  it.each([
    '"__proto__"',
    '["__proto__"]',
    '{"a":"__proto__"}',
    '{"__proto":1,"proto__":2,"__PROTO__":3}',
    '{" __proto__":1}',
    '{"constructor":{"prototype":1}}',
    '{"a":"\\u005f_proto__"}',
    '{"\\\\u005f_proto__":1}',
    // The second member of that name is the one that counts, so the key is not there any more.
    '{"a":{"__proto__":1},"a":2}',
    'null',
    '7',
  ])('is not found in %s', (text) => {
    expect(found(text)).toBe(false);
  });

  it('is found however deep it is', () => {
    const depth = 30_000;
    const nested = (inner: string): string => '['.repeat(depth) + inner + ']'.repeat(depth);
    expect(found(nested('{"__proto__":1}'))).toBe(true);
    expect(found(nested('"__proto__"'))).toBe(false);
  });

  it('is found exactly when a reviver sees it', () => {
    const key = fc.constantFrom('a', '__proto__', '\\u005f_proto__');
    const { node } = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('1', 'null', '"__proto__"'),
        fc.array(tie('node'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
        fc
          .uniqueArray(fc.tuple(key, tie('node')), {
            selector: ([name]) => JSON.parse(`"${name}"`) as string,
          })
          .map((members) => `{${members.map(([name, value]) => `"${name}":${value}`).join(',')}}`),
      ),
    }));
    fc.assert(
      fc.property(node, (text) => {
        let seen = false;
        JSON.parse(text, (name, value: unknown) => {
          seen ||= name === '__proto__';
          return value;
        });
        expect(found(text)).toBe(seen);
      }),
    );
  });
});
