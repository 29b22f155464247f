import { describe, expect, it } from 'vitest';
import {
  connectionIdOf,
  isConnectionId,
  isName,
  isUid,
  nodeOfConnection,
} from '../../../src/protocol/names.js';

const NODE = 'k3v9x0a1bz';

describe('a name', () => {
  it.each(['a', '0', ' ', 'a:b', 'all', 'zoë', '😀', '名前', '__proto__', '@me', 'n'.repeat(128)])(
    'may be %j',
    (name) => {
      expect(isName(name)).toBe(true);
    },
  );

  it.each([
    ['empty', ''],
    ['longer than 128 UTF-16 code units', 'n'.repeat(129)],
    ['longer than 128 code units in fewer characters', '😀'.repeat(65)],
    ['with a null character', 'a\u0000'],
    ['with a line break', 'a\nb'],
    ['with an escape character', '\u001b[0m'],
    ['with a delete character', 'a\u007f'],
    ['with a C1 control character', 'a\u0085b'],
    ['with the first half of a surrogate pair alone', '\ud83d'],
    ['with the second half of a surrogate pair alone', 'a\ude00b'],
  ])('may not be %s', (_, name) => {
    expect(isName(name)).toBe(false);
  });

  it.each([undefined, null, 7, true, {}, ['a'], new String('a')])(
    'is a string, and %j is none',
    (value) => {
      expect(isName(value)).toBe(false);
    },
  );
});

describe('a uid', () => {
  it.each(['anna', '42', 'ALL', 'all ', '@anna', '@k3v9x0a1bz', '@k3v9x0a1bz.', `@${NODE}.A`])(
    'may be %j',
    (uid) => {
      expect(isUid(uid)).toBe(true);
    },
  );

  it.each(['all', '@k3v9x0a1bz.7', connectionIdOf(NODE, 1e9), '', 'a\nb'])(
    'may not be %j',
    (uid) => {
      expect(isUid(uid)).toBe(false);
    },
  );
});

describe('a connectionId', () => {
  it.each([0, 1, 35, 36, 1e6, Number.MAX_SAFE_INTEGER])(
    'is known by its form when it counts %d',
    (counter) => {
      const connectionId = connectionIdOf(NODE, counter);
      expect(isConnectionId(connectionId)).toBe(true);
      expect(isName(connectionId)).toBe(true);
      expect(nodeOfConnection(connectionId)).toBe(NODE);
    },
  );

  it.each([
    '',
    'anna',
    '@',
    `${NODE}.7`,
    `@${NODE}.`,
    `@${NODE}7`,
    `@${NODE}.7 `,
    `@${NODE}.7\n`,
    `@${NODE}.7.7`,
    `@${NODE.toUpperCase()}.7`,
    `@${NODE}x.7`,
    `@${NODE}.${'7'.repeat(12)}`,
  ])('is not %j', (name) => {
    expect(isConnectionId(name)).toBe(false);
    expect(nodeOfConnection(name)).toBeUndefined();
  });
});
