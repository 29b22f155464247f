import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkPushHistoryOptions } from '../../../src/delivery/delivery.options.js';
import { checkMemoryClusterOptions } from '../../../src/engine/memory/memory.options.js';
import { checkRedisOptions } from '../../../src/engine/redis/redis.options.js';
import { checkJwtOptions } from '../../../src/gateway/identity/authenticators/jwt.options.js';
import { checkPushApiOptions } from '../../../src/http/push-api.options.js';
import { checkPushOptions } from '../../../src/push.options.js';

/** Where an option is declared, where it is explained, and what the check makes of none given. */
interface Room {
  sources: string[];
  document: string;
  given: object;
  checked: object;
}

const ROOMS: Record<string, Room> = {
  PushModule: room(
    checkPushOptions,
    { authenticator: { authenticate: () => null } },
    'src/OPTIONS.md',
    [
      'src/push.options.ts',
      'src/gateway/gateway.options.ts',
      'src/routing/routing.options.ts',
      'src/delivery/delivery.options.ts',
      'src/registry/registry.options.ts',
      'src/watching/watching.options.ts',
      'src/engine/engine.options.ts',
    ],
  ),
  'PushModule history': room(checkPushHistoryOptions, {}, 'src/delivery/DELIVERY.md', [
    'src/history/history.options.ts',
    'src/delivery/delivery.options.ts',
  ]),
  PushApiModule: room(checkPushApiOptions, { apiKeys: [] }, 'src/http/HTTP.md', [
    'src/http/push-api.options.ts',
  ]),
  JwtAuthenticator: room(
    checkJwtOptions,
    { secret: 'a secret' },
    'src/gateway/identity/AUTHENTICATION.md',
    ['src/gateway/identity/authenticators/jwt.options.ts'],
  ),
  MemoryCluster: room(checkMemoryClusterOptions, {}, 'src/engine/SCALING.md', [
    'src/engine/memory/memory.options.ts',
  ]),
  RedisEngine: room(checkRedisOptions, { url: 'redis://a' }, 'src/engine/SCALING.md', [
    'src/engine/redis/redis.options.ts',
  ]),
};

function room<T extends object>(
  check: (given: T) => object,
  given: T,
  document: string,
  sources: string[],
): Room {
  return { sources, document, given, checked: check(given) };
}

/** What the docstring of each option says after `@default`. */
function docstringDefaults(sources: string[]): Record<string, string> {
  const text = sources.map((file) => readFileSync(file, 'utf8')).join('\n');
  const found = text.matchAll(/@default ([^\n]*?)(?: \*\/)?\n(?: {3}\*\/\n)? {2}(\w+)\?:/g);
  return Object.fromEntries(Array.from(found, ([, words, name]) => [name, words]));
}

/** What stands in the second column of the rows that begin with an option's name. */
function documentDefaults(document: string): Record<string, string> {
  const rows = readFileSync(document, 'utf8').matchAll(/^\| `(\w+)` +\| ([^|]*)\|/gm);
  return Object.fromEntries(Array.from(rows, ([, name, words]) => [name, words]));
}

/** The first word, without what makes it easier to read. */
function valueIn(words: string | undefined): string | undefined {
  return words
    ?.replace(/['`]/g, '')
    .match(/^[^\s:]+/)?.[0]
    .replace(/(?<=\d)[_,](?=\d)/g, '');
}

function nameOf(value: unknown): string {
  return typeof value === 'function' ? value.name : String(value);
}

describe.each(Object.entries(ROOMS))('the defaults of %s', (_, found) => {
  const { sources, document, given, checked } = found;
  const defaults = Object.entries(checked)
    .filter(([name]) => !(name in given))
    .map(([name, value]) => [name, nameOf(value)]);

  it('are those that the docstrings name', () => {
    const words = docstringDefaults(sources);
    expect(defaults.map(([name]) => [name, valueIn(words[name])])).toEqual(defaults);
  });

  it('are those that the document names', () => {
    const words = documentDefaults(document);
    expect(defaults.map(([name]) => [name, valueIn(words[name])])).toEqual(defaults);
  });
});
