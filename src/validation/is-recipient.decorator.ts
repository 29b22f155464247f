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
        validate: (value: unknown) => faultOf('', value) === undefined,
        defaultMessage: (args) => faultOf(args?.property ?? '', args?.value) ?? '',
      },
    },
    options,
  );
}

/** What is wrong with the value of the property, as a sentence; undefined when nothing is. */
function faultOf(property: string, value: unknown): string | undefined {
  if (typeof value === 'string') return faultOfUid(property, value);
  if (Array.isArray(value)) return faultOfList(property, value);
  if (typeof value === 'object' && value !== null) return faultOfGroup(property, value);
  return `${property} must be a uid, "all", a list of uids, or { "group": name }`;
}

function faultOfUid(property: string, value: string): string | undefined {
  return value === EVERYONE || isUid(value) ? undefined : `${property} must be ${UID_RULE}`;
}

function faultOfList(property: string, list: readonly unknown[]): string | undefined {
  if (list.length === 0) return `${property} must name at least one uid`;
  const index = list.findIndex((uid) => !isUid(uid));
  return index === -1 ? undefined : `${property}.${index} must be ${UID_RULE}`;
}

function faultOfGroup(property: string, value: object): string | undefined {
  if (!('group' in value)) return `${property} as an object must be { "group": name }`;
  if (!isName(value.group)) return `${property}.group must be ${NAME_RULE}`;
  if (Object.keys(value).length === 1) return undefined;
  return `${property} as an object must have no property but "group"`;
}
