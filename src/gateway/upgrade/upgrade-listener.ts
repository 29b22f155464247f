import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { answerUpgrade } from './upgrade-answer.js';
import { upgradeWebSocketsOnly } from './websockets-only.js';

/** Takes one upgrade. */
export type UpgradeTaker = (request: IncomingMessage, socket: Socket, head: Buffer) => void;

/**
 * Listens for upgrades on an HTTP server and hands each to whoever owns its path. Upgrades are
 * WebSockets from then on; whatever else is asked for is served as HTTP.
 *
 * Nest's own listener answers a request target that it can't parse on a socket without an
 * `error` listener: a reset at that moment ends the process, before any authentication. So the
 * listener comes first here, and the path is read without a parser that throws.
 *
 * @param othersTimeout milliseconds that another consumer of the server may think about an
 *   upgrade that is not ours
 * @returns takes the listener off again
 */
export function listenForUpgrades(
  server: Server,
  takerOf: (path: string) => UpgradeTaker | undefined,
  othersTimeout: number,
): () => void {
  const listener: UpgradeTaker = (request, socket, head) => {
    socket.on('error', destroy);
    const path = pathOf(request.url);
    const take = path === undefined ? undefined : takerOf(path);
    if (take !== undefined) {
      take(request, socket, head);
      // Whoever took it listens by now, or has answered and waits for the last bytes to go out.
      if (socket.listenerCount('error') > 1) socket.off('error', destroy);
    } else if (path === undefined) {
      answerUpgrade(socket, 400, 'The request target is malformed.');
    } else {
      leaveToOthers(server, socket, othersTimeout);
    }
  };
  server.on('upgrade', listener);
  const upgradeAllAsBefore = upgradeWebSocketsOnly(server);
  return () => {
    upgradeAllAsBefore();
    server.off('upgrade', listener);
  };
}

/** The path of a request target in origin form; undefined for anything else (RFC 9112, 3.2.1). */
function pathOf(target: string | undefined): string | undefined {
  if (target === undefined || !/^\/[\x21-\x7e]*$/.test(target)) return undefined;
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

/**
 * Other consumers may share the server, and may look at a request for a while before they take
 * it. What none of them has touched by then gets its 404.
 */
function leaveToOthers(server: Server, socket: Socket, timeout: number): void {
  const notFound = (): void => answerUpgrade(socket, 404, 'No WebSocket is served on this path.');
  if (server.listenerCount('upgrade') === 1) return notFound();
  const written = socket.bytesWritten;
  const timer = setTimeout(() => {
    const untouched = socket.bytesWritten === written && socket.listenerCount('data') === 0;
    if (untouched) notFound();
  }, timeout);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}

function destroy(this: Socket): void {
  this.destroy();
}
