import { describe, describeKind } from './describe.js';
import type { Rule } from './option-table.js';

/** Timers of Node count in 32 bits, and no size that is a number of things needs more. */
const MAX = 2 ** 31 - 1;

/** A whole number. `max` is what a timer or a size can be; Infinity for no upper limit. */
export function whole(unit: string, min: number, max = MAX): Rule {
  const range = max === Infinity ? `, ${min} or more` : ` from ${min} to ${max}`;
  return {
    allowed: `a whole number of ${unit}${range}`,
    accepts: (value) => Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max,
  };
}

export const FLAG: Rule = {
  allowed: 'true or false',
  accepts: (value) => typeof value === 'boolean',
};

export const TEXT: Rule = { allowed: 'a string that is not empty', accepts: isText };

/** One string, or a list of which one must do. */
export const TEXTS: Rule = {
  allowed: 'a string that is not empty, or a list of such strings that is not empty',
  accepts: (value) => isText(value) || (Array.isArray(value) && isListOf(isText, value)),
};

export function oneOf(...values: readonly string[]): Rule {
  return {
    allowed: values.map((value) => JSON.stringify(value)).join(' or '),
    accepts: (value) => values.some((known) => known === value),
  };
}

/** A function; in words, from what to what. */
export function callable(allowed: string): Rule {
  return { allowed, accepts: (value) => typeof value === 'function' };
}

/** An instance that has the method. */
export function instanceWith(method: string, allowed: string): Rule {
  return { allowed, accepts: (value) => hasMethod(value, method) };
}

/** An instance that has the method, or a class whose instances have it. */
export function partWith(method: string, allowed: string): Rule {
  return {
    allowed,
    accepts: (value) =>
      hasMethod(typeof value === 'function' ? (value.prototype as unknown) : value, method),
  };
}

/** An http or https URL without user and password; its query may hold a key and is not shown. */
export const WEB_ADDRESS: Rule = {
  allowed: 'an absolute http(s) URL without user and password',
  accepts(value) {
    const url = URL.canParse(String(value)) ? new URL(String(value)) : null;
    return url !== null && /^https?:$/.test(url.protocol) && !url.username && !url.password;
  },
  show: (value) =>
    typeof value === 'string' && !/[@?]/.test(value) ? describe(value) : describeKind(value),
};

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0;
}

/** Whether it is a list that is not empty, in which each is what it must be. */
export function isListOf(accepts: (each: unknown) => boolean, value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(accepts);
}

function hasMethod(value: unknown, method: string): boolean {
  return typeof value === 'object' && value !== null && method in value;
}
