import { isObject } from '../protocol/is-object.js';
import { isTimeout, TIMEOUT_RULE } from './requests/request-options.js';
import type { SendOptions } from './send-options.js';

/** What an option of a send may be: in words, after "must be", and as a check. */
interface SendRule {
  readonly rule: string;
  readonly accepts: (value: unknown) => boolean;
}

const MILLISECONDS: SendRule = {
  rule: 'a whole number of milliseconds, at least 1',
  accepts: isPositive,
};

/** Of the options that retain a message. */
export const RETENTION_RULES = {
  retain: {
    rule: 'true, false, or { "ttl": a whole number of milliseconds, at least 1 }',
    accepts: (value) =>
      typeof value === 'boolean' ||
      (isObject(value) && isPositive(value.ttl) && Object.keys(value).length === 1),
  },
  settle: { rule: '"first-ack"', accepts: (value) => value === 'first-ack' },
  undeliveredAfter: MILLISECONDS,
  receipt: {
    rule: '"written" or "acked"',
    accepts: (value) => value === 'written' || value === 'acked',
  },
  quorum: { rule: '"any" or "all"', accepts: (value) => value === 'any' || value === 'all' },
  timeout: { rule: TIMEOUT_RULE, accepts: isTimeout },
} satisfies Partial<Record<keyof SendOptions, SendRule>>;

export type RetentionOption = keyof typeof RETENTION_RULES;

function isPositive(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}
