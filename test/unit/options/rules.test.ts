import { describe, expect, it } from 'vitest';
import { describe as inWords, describeKind } from '../../../src/options/describe.js';
import type { Rule } from '../../../src/options/option-table.js';
import {
  callable,
  FLAG,
  instanceWith,
  oneOf,
  partWith,
  TEXT,
  TEXTS,
  WEB_ADDRESS,
  whole,
} from '../../../src/options/rules.js';

class Part {
  act(): void {}
}

describe('a rule', () => {
  const most = 2_147_483_647;
  it.each<[Rule, string, unknown[], unknown[]]>([
    [whole('bytes', 1), `a whole number of bytes from 1 to ${most}`, [1, most], [0, most + 1]],
    [whole('ms', 0, Infinity), 'a whole number of ms, 0 or more', [0, 2 ** 40], [-1, Infinity]],
    [whole('keys', 2, 3), 'a whole number of keys from 2 to 3', [2, 3], [1, 2.5, '2', NaN, null]],
    [FLAG, 'true or false', [true, false], [0, 'true', null]],
    [TEXT, 'a string that is not empty', ['a'], ['', 1, ['a']]],
    [TEXTS, 'a string that is not empty, or a list', ['a', ['a', 'b']], ['', [], ['a', 7], null]],
    [oneOf('a', 'b'), '"a" or "b"', ['a', 'b'], ['c', null]],
    [callable('a function'), 'a function', [String], ['String', null]],
    [instanceWith('act', 'a Part'), 'a Part', [new Part()], [Part, {}, null, 'act']],
    [partWith('act', 'a Part'), 'a Part', [new Part(), Part], [{}, null, Map, () => 1]],
    [
      WEB_ADDRESS,
      'an absolute http(s) URL without user and password',
      ['http://a/b', new URL('https://a')],
      ['/b', 'ftp://a', 'https://user@a', 'https://user:password@a', null, 7],
    ],
  ])('takes %j and no other', ({ allowed, accepts }, words, good, bad) => {
    expect(allowed).toContain(words);
    expect(good.filter((value) => !accepts(value))).toEqual([]);
    expect(bad.filter((value) => accepts(value))).toEqual([]);
  });
});

describe('what was given', () => {
  it.each<[unknown, string]>([
    ['text', '"text"'],
    [7, '7'],
    [null, 'null'],
    [['a', 7, ['b']], '["a", 7, ["b"]]'],
    [Part, 'the function Part'],
    [() => 1, 'the function without a name'],
    [{ key: 'secret' }, 'an object (Object)'],
    [Object.create(null), 'an object'],
  ])('is printed: %j', (value, words) => expect(inWords(value)).toBe(words));

  it.each<[unknown, string]>([
    ['secret', 'a string'],
    ['', 'an empty string'],
    [undefined, 'undefined'],
    [null, 'null'],
    [170_591, 'a number'],
    [['secret'], 'a list of 1'],
    [new Part(), 'an object (Part)'],
  ])('is named by its kind where it may be a secret: %j', (value, words) => {
    expect(describeKind(value)).toBe(words);
  });

  it('is shown of an address without a query or a user', () => {
    const show = (value: unknown) => WEB_ADDRESS.show!(value);
    expect(show('/keys.json')).toBe('"/keys.json"');
    expect(show('/keys.json?key=secret')).toBe('a string');
    expect(show('ftp://ada:secret@a')).toBe('a string');
    expect(show(new URL('ftp://ada:secret@a'))).toBe('an object (URL)');
  });
});
