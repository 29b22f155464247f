import type { IncomingMessage } from 'node:http';

/** The peer's network address. IPv4 peers of a dual-stack socket come as `::ffff:1.2.3.4`. */
export function addressOf({ socket }: IncomingMessage): string {
  const address = socket.remoteAddress ?? '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
