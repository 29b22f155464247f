/** Of a request. */
export interface RequestOptions {
  /**
   * Milliseconds for the devices to answer.
   *
   * @default the option `requestTimeout` of PushModule
   */
  timeout?: number | undefined;

  /**
   * `any`: the first answer is enough, and the other devices are told that the request is over.
   * `all`: every device that is online is to answer, or to refuse.
   *
   * @default 'any'
   */
  policy?: RequestPolicy | undefined;
}

/** How many devices must answer a request: one, or all. */
export type RequestPolicy = 'any' | 'all';

/** One device's answer. */
export interface RequestAnswer<T = unknown> {
  connectionId: string;
  /** The name that the client or the authenticator gave to the device. */
  device?: string;
  data: T;
}

/** What devices answered to a request. */
export interface RequestOutcome<T = unknown> {
  /** In the order in which they came; at least one. */
  answers: RequestAnswer<T>[];
}

/** The longest that a timer of Node can run: about 24 days. */
const MAX_TIMEOUT = 2 ** 31 - 1;

export const TIMEOUT_RULE = `a whole number of milliseconds, 1 to ${MAX_TIMEOUT}`;
export const POLICY_RULE = '"any" or "all"';

export function isTimeout(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_TIMEOUT;
}

export function isPolicy(value: unknown): value is RequestPolicy {
  return value === 'any' || value === 'all';
}
