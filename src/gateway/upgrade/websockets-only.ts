import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { canServeAsHttp, serveAsHttp } from './serve-as-http.js';

/** A server of Node 22.21, 24.9 and later asks which requests are upgrades. */
interface AskingServer extends Server {
  shouldUpgradeCallback: (request: IncomingMessage) => boolean;
}

/**
 * Makes WebSockets the only upgrades of a server. With a listener for upgrades Node takes every
 * request that has an `Upgrade` header for one, and the application never sees those that only
 * offer another protocol: HTTP/2 (Java's HttpClient does in every request), or TLS. A server may
 * ignore such an offer (RFC 9110, 7.8), so they are answered as if it had not been made.
 *
 * @param canServe whether Node is built as expected
 * @returns takes the server back to what it was
 */
export function upgradeWebSocketsOnly(server: Server, canServe = canServeAsHttp): () => void {
  return canServe ? interceptUpgrades(server) : answerServer(server as AskingServer);
}

/** Not by a listener: those of others would see the upgrade too, and refuse it on the socket. */
function interceptUpgrades(server: Server): () => void {
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
  const intercepting: typeof emit = (event, ...args) => {
    if (event !== 'upgrade') return emit(event, ...args);
    const [request, socket, head] = args as [IncomingMessage, Socket, Buffer];
    if (asksForWebSocket(request)) return emit(event, ...args);
    serveAsHttp(server, request, socket, head);
    return true;
  };
  server.emit = intercepting;
  return () => {
    // Another may have put itself before it meanwhile; ours harms nobody behind it.
    if (server.emit === intercepting) Reflect.deleteProperty(server, 'emit');
  };
}

/** The second choice: up to Node 24, what was sent together with such a request is then lost. */
function answerServer(server: AskingServer): () => void {
  const before = server.shouldUpgradeCallback;
  server.shouldUpgradeCallback = asksForWebSocket;
  return () => (server.shouldUpgradeCallback = before);
}

function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}
