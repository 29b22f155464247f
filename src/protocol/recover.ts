import type { Recover } from './frames.js';
import { isObject } from './is-object.js';

/** Longest epoch, in UTF-16 code units. */
const MAX_EPOCH_LENGTH = 128;

export const RECOVER_RULE =
  '"unread", or a position { "epoch", "offset" } in the stream of the uid';

/** From where a client may recover. An epoch is opaque: one that is not known is no mistake. */
export function isRecover(value: unknown): value is Recover {
  if (!isObject(value)) return value === 'unread';
  const { epoch, offset } = value;
  return (
    typeof epoch === 'string' &&
    epoch.length > 0 &&
    epoch.length <= MAX_EPOCH_LENGTH &&
    Number.isSafeInteger(offset) &&
    Number(offset) >= 0
  );
}
