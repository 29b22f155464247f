import { ErrorCode } from '../protocol/codes.js';
import type { Message } from '../protocol/message.js';
import { PushException } from '../protocol/push.exception.js';

/** What a message takes beside its data, about. */
export const MESSAGE_BYTES = 450;
/** What a note takes beside its names, about. */
export const NOTE_BYTES = 100;

/** A page ends with the message with which it gets so large. */
export const PAGE_BYTES = 256 * 1024;

/**
 * What the message takes of `maxBytes`.
 *
 * @throws PushException PAYLOAD_TOO_LARGE when that is more than there is
 */
export function sizeOf(message: Message, maxBytes: number): number {
  const size = MESSAGE_BYTES + Buffer.byteLength(message.json);
  if (size <= maxBytes) return size;
  throw new PushException(
    ErrorCode.PAYLOAD_TOO_LARGE,
    `Send less, do not retain it, or raise the option history.maxBytes, which is ${maxBytes}.`,
  );
}
