import { ErrorCode } from '../protocol/codes.js';
import { PushException } from '../protocol/push.exception.js';

/**
 * Something that only a history can do was asked for where there is none.
 *
 * @param field what asked for it
 */
export function noHistory(field: string): PushException {
  return invalid(field, 'Give PushModule the option "history": nothing is kept without it.');
}

export function invalid(field: string, sentence: string): PushException {
  const details = [{ field, errors: [sentence] }];
  return new PushException(ErrorCode.VALIDATION_FAILED, sentence, details);
}
