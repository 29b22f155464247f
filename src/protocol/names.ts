/** The forms of what is named on the wire and in the API, and the checks for them. */

/** Longest uid, group name or device name, in UTF-16 code units. */
export const MAX_NAME_LENGTH = 128;

/** The word that addresses everyone; no uid may be called so. */
export const EVERYONE = 'all';

/**
 * `@<node>.<counter>`: the node is in the name, so any node knows where the connection lives.
 * The form is reserved, no uid may have it: calls that take a uid or a connectionId tell the
 * two apart by it.
 */
const CONNECTION_ID = /^@([0-9a-z]{10})\.[0-9a-z]{1,11}$/;

/**
 * Control characters, and surrogates without their other half: those have no UTF-8 form, so two
 * names that differ in them only would become one on the wire.
 */
const NOT_A_CHARACTER = /[\p{Cc}\p{Cs}]/u;

export function connectionIdOf(node: string, counter: number): string {
  return `@${node}.${counter.toString(36)}`;
}

export function isConnectionId(name: string): boolean {
  return name.charCodeAt(0) === 64 && CONNECTION_ID.test(name);
}

/** The node that a connectionId names, or undefined when it has not that form. */
export function nodeOfConnection(connectionId: string): string | undefined {
  return CONNECTION_ID.exec(connectionId)?.[1];
}

/** The node that gave a message its id; undefined when nobody says. */
export function nodeOfMessage(id: string): string | undefined {
  return /^([0-9a-z]{10})-/.exec(id)?.[1];
}

/** A string of 1 to 128 characters without control characters: a group, a device. */
export function isName(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= MAX_NAME_LENGTH &&
    !NOT_A_CHARACTER.test(value)
  );
}

/** A name that is neither the reserved `all` nor of a connectionId's form. */
export function isUid(value: unknown): value is string {
  return isName(value) && value !== EVERYONE && !isConnectionId(value);
}

export const UID_RULE = `a string of 1 to ${MAX_NAME_LENGTH} characters without control characters, neither the reserved "all" nor a connectionId`;
export const NAME_RULE = `a string of 1 to ${MAX_NAME_LENGTH} characters without control characters`;
