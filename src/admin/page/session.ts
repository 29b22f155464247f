import { PushClient, type ClientState } from '../../client/index.js';
import type { AdminEvents } from '../frames.js';

/** Where the files of the view are, and its ticket and socket. */
const BASE = new URL('.', import.meta.url);
const KEY = 'push-admin-key';

export type Operator = PushClient<AdminEvents>;

/** What lets operators in, and so what is wrong when there is no ticket. */
export type Access = 'key' | 'guard';

/** As the server has written it into the page. */
export const ACCESS = document.documentElement.dataset.access as Access;

export interface SessionListeners {
  state: (state: ClientState) => void;
  refused: () => void;
  message: (data: AdminEvents['message']) => void;
}

/**
 * The view's own connection, as an application would make it with the client SDK: a short-lived
 * ticket for each, and a fresh one before it ends.
 */
export function openSession({ state, refused, message }: SessionListeners): Operator {
  const socket = new URL('socket', BASE);
  socket.protocol = socket.protocol === 'https:' ? 'wss:' : 'ws:';
  const client: Operator = new PushClient<AdminEvents>(socket, {
    auth: ({ signal }) => fetchTicket(signal, client, refused),
    queue: 0,
    maxBackoff: 5_000,
    maxFrameBytes: 1_114_112,
  });
  client.on('state', state);
  client.on('message', ({ data }) => message(data));
  return client;
}

/** Whether it is worth trying to get in. */
export function mayEnter(): boolean {
  return ACCESS === 'guard' || sessionStorage.getItem(KEY) !== null;
}

export function keepKey(key: string): void {
  sessionStorage.setItem(KEY, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(KEY);
}

async function fetchTicket(
  signal: AbortSignal,
  client: Operator,
  refused: () => void,
): Promise<{ ticket: string; expiresAt: number }> {
  const key = sessionStorage.getItem(KEY);
  const headers: HeadersInit = key === null ? {} : { Authorization: `Bearer ${key}` };
  const answer = await fetch(new URL('ticket', BASE), { method: 'POST', headers, signal });
  if (answer.status === 401 || answer.status === 403) {
    client.close();
    refused();
  }
  if (!answer.ok) throw new Error(`The server answered ${answer.status} instead of a ticket.`);
  const { ticket, expiresIn } = (await answer.json()) as { ticket: string; expiresIn: number };
  return { ticket, expiresAt: Date.now() + expiresIn };
}
