import {
  isPolicy,
  isTimeout,
  POLICY_RULE,
  TIMEOUT_RULE,
  type RequestOptions,
  type RequestPolicy,
} from '../delivery/requests/request-options.js';
import { isUid, UID_RULE } from '../protocol/names.js';
import { Is } from '../validation/is.decorator.js';
import { IsJsonValue } from '../validation/is-json-value.decorator.js';

/** Body of `POST requests`. */
export class PushRequestDto implements RequestOptions {
  @Is(UID_RULE, isUid)
  to!: string;

  @IsJsonValue()
  data!: unknown;

  @Is(TIMEOUT_RULE, (timeout) => timeout === undefined || isTimeout(timeout))
  timeout?: number;

  @Is(POLICY_RULE, (policy) => policy === undefined || isPolicy(policy))
  policy?: RequestPolicy;
}
