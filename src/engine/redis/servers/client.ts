import { createClient, type RedisClientOptions } from 'redis';
import { within } from '../../../protocol/within.js';

export type Client = ReturnType<typeof createClient>;

/**
 * A client for one connection that lives once: it neither reconnects nor keeps commands for
 * later. Whoever uses it is told that it ended, looks anew where the server is, and begins again
 * with a new one. That is the same for a server that restarted, a Sentinel's new master and a
 * cluster's moved slots.
 */
export function clientFor(options: RedisClientOptions, connectTimeout: number): Client {
  return createClient({
    ...options,
    socket: { ...options.socket, connectTimeout, reconnectStrategy: false } as NonNullable<
      RedisClientOptions['socket']
    >,
    disableOfflineQueue: true,
    // Its timeouts end when a command is written, and cost a timer each: see the pings of Link.
    commandOptions: { timeout: 0 },
    maintNotifications: 'disabled',
  });
}

/** Asks a server one question on a connection of its own. */
export async function askOnce<T>(
  options: RedisClientOptions,
  command: string[],
  timeout: number,
): Promise<T> {
  const client = clientFor(options, timeout);
  // The error reaches whoever awaits the question.
  client.on('error', () => undefined);
  const question = client.connect().then(() => client.sendCommand<T>(command));
  try {
    return await within(timeout, question);
  } finally {
    question.catch(() => undefined);
    client.destroy();
  }
}
