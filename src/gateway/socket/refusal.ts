import type { ErrorData, FrameId } from '../../protocol/frames.js';
import { reportOf } from '../../routing/frames/error-data.js';

/** A socket that is told why it is closed. */
export interface Refusable {
  /** Does nothing for a client of which nobody knows yet which protocol it speaks. */
  sendError(error: ErrorData, id?: FrameId): void;
  shut(code: number, reason: string): void;
}

/**
 * Tells the client why, and closes. A client that has not said a word yet and named no
 * subprotocol gets the close code alone.
 *
 * @param id of the frame that is refused, if it is one and has one
 */
export function refuse(
  socket: Refusable,
  exception: unknown,
  closeCode: number,
  id?: FrameId,
): void {
  const { data } = reportOf(exception);
  socket.sendError(data, id);
  socket.shut(closeCode, data.code);
}
