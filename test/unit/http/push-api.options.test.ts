import { describe, expect, it } from 'vitest';
import { PushApiModule } from '../../../src/http/push-api.module.js';
import { checkPath, checkPushApiOptions } from '../../../src/http/push-api.options.check.js';

describe('options of PushApiModule', () => {
  it('have defaults', () => {
    expect(checkPushApiOptions({ apiKeys: ['key'], bodyLimit: undefined })).toEqual({
      apiKeys: ['key'],
      bodyLimit: 1_048_576,
      idempotencyWindow: 600_000,
      idempotencyMaxKeys: 10_000,
    });
    expect(checkPath()).toBe('push');
  });

  it.each([
    ['apiKeys', undefined, 'undefined'],
    ['apiKeys', 'secret-key', 'a string'],
    ['apiKeys', ['good', 'secret key'], 'an array of 2 with a broken key'],
    ['apiKeys', [''], 'an array of 1 with a broken key'],
    ['bodyLimit', 0, '0'],
    ['bodyLimit', '1mb', 'a string'],
    ['bodyLimit', 1.5, '1.5'],
    ['idempotencyWindow', -1, '-1'],
    ['idempotencyMaxKeys', Infinity, 'Infinity'],
    ['idempotencyMaxKeys', {}, 'an object'],
  ])('name a broken %s: %j', (name, value, given) => {
    const options = { apiKeys: ['key'], [name]: value } as never;
    expect(() => checkPushApiOptions(options)).toThrow(
      new RegExp(`^PushApiModule: option "${name}" is ${given}; allowed is .+\\.$`),
    );
    expect(() => checkPushApiOptions(options)).not.toThrow('secret');
  });

  it('name an unknown option', () => {
    expect(() => PushApiModule.forRoot({ apiKeys: [], keys: ['secret'] } as never)).toThrow(
      'PushApiModule: there is no option "keys"; the options are path, apiKeys, bodyLimit, idempotencyWindow, idempotencyMaxKeys.',
    );
  });

  it('say where the path belongs when a factory gives it', () => {
    const options = { apiKeys: [], path: 'push' };
    expect(() => checkPushApiOptions(options)).toThrow(/beside it, in forRootAsync/);
  });

  it.each([
    ['push', 'push'],
    ['/internal/notify/', 'internal/notify'],
    ['v1.2/a-b_c~d', 'v1.2/a-b_c~d'],
  ])('take the path %s', (path, expected) => expect(checkPath(path)).toBe(expected));

  it.each(['', '/', 'a//b', ':tenant', '*', 'a b', 7, null])('refuse the path %j', (path) => {
    expect(() => checkPath(path)).toThrow(/^PushApiModule: option "path" is /);
  });
});
