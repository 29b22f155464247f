import { describe, expect, it } from 'vitest';
import { PushApiModule } from '../../../src/http/push-api.module.js';
import {
  checkAsyncOptions,
  checkMadeOptions,
  checkPushApiOptions,
} from '../../../src/http/push-api.options.js';

const useFactory = () => ({ apiKeys: ['key'] });

describe('options of PushApiModule', () => {
  it('have defaults', () => {
    expect(checkPushApiOptions({ apiKeys: ['key'], bodyLimit: undefined })).toEqual({
      path: 'push',
      apiKeys: ['key'],
      bodyLimit: 1_048_576,
    });
    expect(checkAsyncOptions({ useFactory })).toEqual({ path: 'push' });
  });

  it.each([
    ['apiKeys', undefined, 'undefined'],
    ['apiKeys', 'secret-key', 'a string'],
    ['apiKeys', ['good', 'secret key'], 'a list of 2'],
    ['apiKeys', [''], 'a list of 1'],
    ['decorators', 'public', '"public"'],
    ['decorators', ['public'], '\\["public"\\]'],
    ['bodyLimit', 0, '0'],
    ['bodyLimit', '1mb', '"1mb"'],
    ['bodyLimit', 1.5, '1.5'],
  ])('name a broken %s: %j', (name, value, given) => {
    const options = { apiKeys: ['key'], [name]: value } as never;
    expect(() => checkPushApiOptions(options)).toThrow(
      new RegExp(`^PushApiModule: option "${name}" is ${given}; allowed is .+\\.$`),
    );
    expect(() => checkPushApiOptions(options)).not.toThrow('secret');
  });

  it('name an unknown option', () => {
    expect(() => PushApiModule.forRoot({ apiKeys: [], keys: ['secret'] } as never)).toThrow(
      'PushApiModule: there is no option "keys"; the options are path, apiKeys, decorators, bodyLimit.',
    );
  });

  it.each([{ path: 'push' }, { decorators: [] }])('say where %j belongs of a factory', (made) => {
    const options = { apiKeys: [], ...made };
    expect(() => checkMadeOptions(options, {})).toThrow(/beside it, in forRootAsync/);
  });

  it.each([
    [{ useFactory, apiKeys: [] }, /forRootAsync: there is no option "apiKeys".*what the factory/],
    [{ useFactory, import: [] }, /there is no option "import"; the options are imports, path,/],
    [{}, /forRootAsync needs useFactory/],
  ])('name what is wrong beside a factory: %o', (options, message) => {
    expect(() => PushApiModule.forRootAsync(options as never)).toThrow(message);
  });

  it.each([
    [undefined, /^PushApiModule.forRootAsync: its factory returned undefined instead of options/],
    [null, /its factory returned null/],
    ['key', /its factory returned key/],
    [{ apiKeys: [], keys: [] }, /there is no option "keys"/],
    [{}, /option "apiKeys" is undefined/],
  ])('name what is wrong with what a factory made: %o', (made, message) => {
    expect(() => checkMadeOptions(made, {})).toThrow(message);
  });

  it.each([
    ['push', 'push'],
    ['/internal/notify/', 'internal/notify'],
    ['v1.2/a-b_c~d', 'v1.2/a-b_c~d'],
  ])('take the path %s', (path, expected) =>
    expect(checkAsyncOptions({ path, useFactory }).path).toBe(expected),
  );

  it.each(['', '/', 'a//b', ':tenant', '*', 'a b', 7, null])('refuse the path %j', (path) => {
    expect(() => checkAsyncOptions({ path: path as never, useFactory })).toThrow(
      /^PushApiModule: option "path" is /,
    );
  });
});
