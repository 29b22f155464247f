import type { INestApplication } from '@nestjs/common';
import type { EventMap } from '../../protocol/event-map.js';
import { addressOf } from './address-of.js';
import { TestClient } from './test-client.js';
import type { TestClientOptions, TextTestClientOptions } from './test-client.options.js';
import { TextTestClient } from './text-test-client.js';

/**
 * Connects a client to the application and authenticates it. An application that does not listen
 * yet is made to, on a free port.
 *
 * @typeParam Events what the application sends and receives, to have it typed
 * @param app the application, or the address of one that runs elsewhere, `ws://…`
 * @throws PushClientError with the server's code when it refuses the identity, `AUTH_FAILED`
 * @throws UpgradeRefused when it refuses the connection
 */
export function createTestClient(
  app: INestApplication | string,
  options: TextTestClientOptions,
): Promise<TextTestClient>;
export function createTestClient<Events extends EventMap = EventMap>(
  app: INestApplication | string,
  options: TestClientOptions,
): Promise<TestClient<Events>>;
export async function createTestClient(
  app: INestApplication | string,
  options: TestClientOptions | TextTestClientOptions,
): Promise<TestClient | TextTestClient> {
  const { path, headers, timeout } = options;
  const address = typeof app === 'string' ? app : await addressOf(app);
  const url = path === undefined ? address : new URL(path, address).href;
  const socket = { headers, timeout };
  if (options.codec === 'text') {
    const client = await TextTestClient.open(url, socket);
    return whole(client, client.authenticate(options.uid ?? options.token));
  }
  const client = await TestClient.open(url, socket);
  return whole(client, client.authenticate(dataOf(options)));
}

/** The client once it is in; one that is refused is not left open. */
async function whole<Client extends { terminate(): Promise<void> }>(
  client: Client,
  login: Promise<unknown>,
): Promise<Client> {
  try {
    await login;
  } catch (error) {
    await client.terminate();
    throw error;
  }
  return client;
}

function dataOf({ auth, uid, token, device }: TestClientOptions): Record<string, unknown> {
  return {
    ...auth,
    ...(uid !== undefined && { uid }),
    ...(token !== undefined && { token }),
    ...(device !== undefined && { device }),
  };
}
