import { describe, expect, it } from 'vitest';
import { validateSync } from 'class-validator';
import { IsJsonValue } from '../../../src/validation/is-json-value.decorator.js';
import { IsRecipient } from '../../../src/validation/is-recipient.decorator.js';

class Message {
  @IsRecipient()
  target: unknown = 'ada';

  @IsJsonValue()
  content: unknown = 1;
}

function errorsOf(values: Partial<Message>): string[] {
  return validateSync(Object.assign(new Message(), values)).flatMap(({ constraints }) =>
    Object.values(constraints ?? {}),
  );
}

describe('@IsRecipient()', () => {
  it.each([
    'ada',
    'all',
    'x'.repeat(128),
    ['ada'],
    ['ada', 'bob'],
    { group: 'g' },
    { group: 'all' },
  ])('takes %j', (target) => expect(errorsOf({ target })).toEqual([]));

  const UID = 'a string of 1 to 128 characters without control characters';
  it.each([
    [undefined, 'target must be a uid, "all", a list of uids, or { "group": name }'],
    [null, 'target must be a uid, "all", a list of uids, or { "group": name }'],
    [7, 'target must be a uid, "all", a list of uids, or { "group": name }'],
    ['', `target must be ${UID}`],
    ['x'.repeat(129), `target must be ${UID}`],
    ['a\u0000', `target must be ${UID}`],
    ['@0000000000.1', `target must be ${UID}`],
    [[], 'target must name at least one uid'],
    [['ada', 7, ''], `target.1 must be ${UID}`],
    [['all'], `target.0 must be ${UID}`],
    [[['ada']], `target.0 must be ${UID}`],
    [{}, 'target as an object must be { "group": name }'],
    [{ uid: 'ada' }, 'target as an object must be { "group": name }'],
    [{ group: '' }, `target.group must be ${UID}`],
    [{ group: ['g'] }, `target.group must be ${UID}`],
    [{ group: 'g', uid: 'ada' }, 'target as an object must have no property but "group"'],
  ])('says what is wrong with %j', (target, sentence) => {
    expect(errorsOf({ target })).toEqual([expect.stringContaining(sentence)]);
  });
});

describe('@IsJsonValue()', () => {
  it.each([null, 0, '', false, [], {}])('takes %j', (content) => {
    expect(errorsOf({ content })).toEqual([]);
  });

  it('refuses a missing value', () => {
    expect(errorsOf({ content: undefined })).toEqual(['content is required; null is a value']);
  });
});
