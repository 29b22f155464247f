import type { Target } from '../engine/target.js';
import { ErrorCode } from '../protocol/codes.js';
import type { Message } from '../protocol/message.js';
import { PushException } from '../protocol/push.exception.js';

/**
 * @param field as the sender knows the list
 * @throws PushException VALIDATION_FAILED when the target names more uids than that
 */
export function checkRecipients(target: Target, max: number, field: string): void {
  if (target.kind !== 'uids' || target.uids.length <= max) return;
  const rule = `${field} must name at most ${max} uids`;
  throw new PushException(
    ErrorCode.VALIDATION_FAILED,
    `Name at most ${max} uids in one message; send several, or to a group.`,
    [{ field, errors: [rule] }],
  );
}

/** @throws PushException PAYLOAD_TOO_LARGE when the data, as JSON in UTF-8, is larger than that */
export function checkSize(message: Message, maxBytes: number): void {
  // Almost every message is known to be small enough without its JSON.
  if (message.mostBytes <= maxBytes || Buffer.byteLength(message.json) <= maxBytes) return;
  throw new PushException(
    ErrorCode.PAYLOAD_TOO_LARGE,
    `The data of a message is at most ${maxBytes} bytes of JSON; send less, or in parts.`,
  );
}
