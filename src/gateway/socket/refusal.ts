import { reportOf } from '../../routing/frames/error-data.js';
import type { PushSocket } from './push-socket.js';

/**
 * Tells the client why, and closes. A client that has not said a word yet and named no
 * subprotocol gets the close code alone: nobody knows which protocol it speaks.
 */
export function refuse(socket: PushSocket, exception: unknown, closeCode: number): void {
  const { data } = reportOf(exception);
  const frame = socket.codec?.encodeError(data, socket.authId);
  if (frame !== undefined && socket.readyState === socket.OPEN) socket.send(frame);
  socket.shut(closeCode, data.code);
}
