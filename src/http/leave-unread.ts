import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Deals with the body of a refused request, which is answered at once. Up to a bound it is read
 * and forgotten: the client finds its answer, and the connection can be used again. Of a larger
 * one the rest stays unread, and the connection ends with the answer (RFC 9112, 9.6).
 *
 * @param most bytes
 */
export function leaveUnread(
  request: IncomingMessage,
  response: ServerResponse,
  most: number,
): void {
  if (request.complete) return;
  if (Number(request.headers['content-length']) > most) return endWithAnswer(request, response);
  let left = most;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left >= 0) return;
    request.pause();
    endWithAnswer(request, response);
  });
  request.resume();
}

function endWithAnswer({ socket }: IncomingMessage, response: ServerResponse): void {
  // Node ends the connection itself if the header tells it to in time.
  if (!response.headersSent) response.setHeader('Connection', 'close');
  else if (response.writableFinished) socket.destroy();
  else response.once('finish', () => socket.destroySoon());
}
