import type { FrameId } from '../protocol/frames.js';
import { failure } from './push-client-error.js';

/** A frame from the server, whichever it is. */
export interface ServerEnvelope {
  event: string;
  data?: unknown;
  id?: FrameId;
}

/** What is said when a frame is not answered in its time. */
export const NO_ANSWER = 'No answer came in time.';

/** Puts a frame into text; the server would close for good after one that is too long. */
export type Encode = (event: string, data: unknown, id?: FrameId) => string;

/**
 * @param maxBytes of a frame, in UTF-8
 * @returns throws PushClientError PAYLOAD_TOO_LARGE, and TypeError when `data` has no JSON form
 */
export function encoderFor(maxBytes: number): Encode {
  return (event, data, id) => {
    const text = JSON.stringify({ event, data, id });
    // A code unit is 1 to 3 bytes: most texts need not be encoded to know.
    if (text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes) {
      throw failure('PAYLOAD_TOO_LARGE', 'Send less at once.');
    }
    return text;
  };
}
