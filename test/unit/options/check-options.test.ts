import { describe, expect, it } from 'vitest';
import { checkOption, checkOptions } from '../../../src/options/check-options.js';
import { describeKind } from '../../../src/options/describe.js';
import type { OptionTable } from '../../../src/options/option-table.js';
import { TEXT, whole } from '../../../src/options/rules.js';

interface TeaOptions {
  leaves: string;
  minutes?: number;
  password?: string;
}

const TEA = {
  leaves: { required: true, rule: TEXT },
  minutes: { default: 4, rule: whole('minutes', 1, 60) },
  password: { rule: { ...TEXT, show: describeKind } },
} satisfies OptionTable<TeaOptions>;

const check = (options: unknown) => checkOptions('Teapot', TEA, options as TeaOptions);

describe('a table of options', () => {
  it('fills in the defaults, also of what is given as undefined', () => {
    expect(check({ leaves: 'green', minutes: undefined })).toEqual({ leaves: 'green', minutes: 4 });
    expect(check({ leaves: 'green', minutes: 2, password: 'x' })).toEqual({
      leaves: 'green',
      minutes: 2,
      password: 'x',
    });
  });

  it('says by its type what is there after the check', () => {
    const { leaves, minutes, password } = check({ leaves: 'green' });
    const there: [string, number, string | undefined] = [leaves, minutes, password];
    // @ts-expect-error It has no default.
    const missing: string = password;
    expect(there).toEqual(['green', 4, missing]);
  });

  it('names an option that is broken, what was given and what is allowed', () => {
    expect(() => check({ leaves: 'green', minutes: 0.5 })).toThrow(
      /^Teapot: option "minutes" is 0\.5; allowed is a whole number of minutes from 1 to 60\.$/,
    );
  });

  it('names an option that is required', () => {
    expect(() => check({})).toThrow(
      /^Teapot: option "leaves" is undefined; allowed is a string that is not empty\.$/,
    );
  });

  it('names an option that there is none of, and those that there are', () => {
    expect(() => check({ leaves: 'green', minuts: 4 })).toThrow(
      /^Teapot: there is no option "minuts"; the options are leaves, minutes, password\.$/,
    );
    expect(() => check({ leaves: 'green', toString: 4 })).toThrow('no option "toString"');
  });

  it('never prints what may be a secret', () => {
    const secret = 170_591;
    const given = [secret, [secret], { secret }, () => secret];
    for (const password of given) {
      expect(() => check({ leaves: 'green', password })).toThrow('option "password" is a');
      expect(() => check({ leaves: 'green', password })).not.toThrow(String(secret));
    }
  });

  it('checks one option alone', () => {
    expect(checkOption('Teapot', 'minutes', TEA.minutes, undefined)).toBe(4);
    expect(checkOption('Teapot', 'minutes', TEA.minutes, 7)).toBe(7);
    expect(() => checkOption('Teapot', 'minutes', TEA.minutes, 61)).toThrow('"minutes" is 61;');
  });
});
