import { ErrorCode } from '../../../protocol/codes.js';
import { PushException } from '../../../protocol/push.exception.js';

/** What every call answers when it cannot reach the cluster. */
export function unavailable(why: string, cause?: unknown): PushException {
  return new PushException(
    ErrorCode.UNAVAILABLE,
    `The cluster cannot be reached: ${why}. What this node holds was served.`,
    undefined,
    cause === undefined ? undefined : { cause },
  );
}

export function describe(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
