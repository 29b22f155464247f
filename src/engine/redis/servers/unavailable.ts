import { ErrorCode } from '../../../protocol/codes.js';
import { PushException } from '../../../protocol/push.exception.js';

/** What every call answers when it cannot reach the cluster. */
export function unavailable(why: string, cause?: unknown): PushException {
  return new PushException(
    ErrorCode.UNAVAILABLE,
    `The cluster cannot be reached: ${why}. What was asked may have been done, or a part of it.`,
    undefined,
    cause === undefined ? undefined : { cause },
  );
}

/** What went wrong, for a sentence. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Of a name with several addresses, none of which answers, there is a code alone.
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}
