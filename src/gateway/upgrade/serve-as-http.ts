import * as http from 'node:http';
import type { Socket } from 'node:net';

/** What is used here of Node beyond its documents; it stands in Node 20, 22 and 24. */
interface NodeHttp {
  /**
   * What a server does with a new connection, TLS or not. Emitting `connection` would tell its
   * other listeners too, who know the connection already.
   */
  readonly _connectionListener?: (this: http.Server, socket: Socket) => void;
}

interface HttpSocket extends Socket {
  /** The answer that is being written. */
  readonly _httpMessage?: http.ServerResponse | null;
}

/** Headers of an offer, and how `Connection` names them. */
const OFFER = /^(upgrade|http2-settings)$/i;

const { _connectionListener: takeConnection } = http as NodeHttp;

/** Whether the installed Node is built as expected. */
export const canServeAsHttp = takeConnection !== undefined;

/**
 * Serves a request that Node has taken for an upgrade as the ordinary one that it is without its
 * offer: the connection is handed to the server anew, and the request is the first thing on it.
 */
export function serveAsHttp(
  server: http.Server,
  request: http.IncomingMessage,
  socket: HttpSocket,
  head: Buffer,
): void {
  socket.on('error', destroy);
  afterAnswers(socket, () => {
    socket.off('error', destroy);
    // Of the last time that the server took this connection; Node leaves them on it.
    socket.removeAllListeners('pause').removeAllListeners('resume');
    // An answer before this request may have started the time that a connection may be idle.
    socket.setTimeout(server.timeout);
    socket.unshift(Buffer.concat([headWithoutOffer(request), head]));
    takeConnection?.call(server, socket);
  });
}

/** Calls when the answers to the requests before this one have been written, if they can be. */
function afterAnswers(socket: HttpSocket, proceed: () => void): void {
  const { _httpMessage: answer } = socket;
  if (answer) answer.once('close', () => afterAnswers(socket, proceed));
  else if (!socket.destroyed && !socket.writableEnded) proceed();
}

/** `Connection` may also say that the connection ends with the answer: that much of it stays. */
function headWithoutOffer({ method, url, httpVersion, rawHeaders }: http.IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name, value] = rawHeaders.slice(i, i + 2);
    if (OFFER.test(name)) continue;
    lines.push(`${name}: ${/^connection$/i.test(name) ? withoutOffer(value) : value}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

function withoutOffer(connection: string): string {
  const options = connection.split(',').map((option) => option.trim());
  return options.filter((option) => !OFFER.test(option)).join(', ');
}

function destroy(this: Socket): void {
  this.destroy();
}
