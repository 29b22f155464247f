import { ValidateBy, type ValidationOptions } from 'class-validator';
import { EVERYONE, isName, isUid, NAME_RULE, UID_RULE } from '../protocol/names.js';

/**
 * Property decorator: whom a message is for. A uid, `"all"`, a list of at least one uid, or
 * `{ group }`.
 */
export function IsRecipient(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isRecipient',
      validator: {
        validate: (value: unknown) => brokenRule(value) === undefined,
        defaultMessage: (args) => `${args?.property} ${brokenRule(args?.value)}`,
      },
    },
    options,
  );
}

/** What is wrong with it, as the rest of a sentence; undefined when nothing is. */
function brokenRule(value: unknown): string | undefined {
  if (typeof value === 'string') return ruleOfUid(value);
  if (Array.isArray(value)) return ruleOfList(value);
  if (typeof value === 'object' && value !== null) return ruleOfGroup(value);
  return 'must be a uid, "all", a list of uids, or { "group": name }';
}

function ruleOfUid(value: string): string | undefined {
  return value === EVERYONE || isUid(value) ? undefined : `must be ${UID_RULE}`;
}

function ruleOfList(list: readonly unknown[]): string | undefined {
  if (list.length === 0) return 'must name at least one uid';
  const index = list.findIndex((uid) => !isUid(uid));
  return index === -1 ? undefined : `at position ${index} must be ${UID_RULE}`;
}

function ruleOfGroup(value: object): string | undefined {
  if (!('group' in value)) return 'as an object must be { "group": name }';
  if (!isName(value.group)) return `.group must be ${NAME_RULE}`;
  if (Object.keys(value).length > 1) return 'as an object must have no property but "group"';
  return undefined;
}
