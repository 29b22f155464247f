import { afterEach } from 'vitest';
import { WebSocket } from 'ws';
import {
  PushClient,
  type ClientState,
  type EventMap,
  type PushClientOptions,
  type ReceivedMessage,
} from '../../src/client/index.js';
import { Mailbox } from './mailbox.js';

/** A client of the SDK, and what it has told. */
export interface WatchedClient<Events extends EventMap = EventMap> {
  client: PushClient<Events>;
  /** The oldest message that was not taken, now or when it comes. */
  message(): Promise<ReceivedMessage>;
  /** Every message since the client began, taken or not. */
  messages: readonly ReceivedMessage[];
  /** The oldest state of this name that was not taken, now or when it comes. */
  state<Name extends ClientState['name']>(
    name: Name,
  ): Promise<Extract<ClientState, { name: Name }>>;
}

/** Quick to notice and to come back, so that no test has to wait for long. */
const QUICK: Partial<PushClientOptions> = {
  webSocket: WebSocket,
  minBackoff: 10,
  maxBackoff: 100,
  pingInterval: 200,
  pingTimeout: 300,
  connectTimeout: 1000,
};

/** Makes clients of the SDK; they are closed with their test. */
export function usePushClients() {
  const made: PushClient[] = [];
  afterEach(() => {
    for (const client of made.splice(0)) client.close();
  });
  return <Events extends EventMap = EventMap>(
    url: string,
    options: Partial<PushClientOptions> & { uid?: string } = {},
  ): WatchedClient<Events> => {
    const { uid = 'ada', ...given } = options;
    const client = new PushClient<Events>(url, { auth: () => ({ uid }), ...QUICK, ...given });
    made.push(client);
    return watch(client);
  };
}

function watch<Events extends EventMap>(client: PushClient<Events>): WatchedClient<Events> {
  const messages = new Mailbox<ReceivedMessage>((message) => JSON.stringify(message));
  const states = new Mailbox<ClientState>((state) => JSON.stringify(state));
  client.on('message', (message) => messages.put(message));
  client.on('state', (state) => states.put(state));
  return {
    client,
    message: () => messages.take('a message'),
    messages: messages.all,
    state: (name) =>
      states.take(`the state ${name}`, (state) => state.name === name) as Promise<never>,
  };
}
