import { TestClient } from '../../src/testing/client/test-client.js';
import type { SocketOptions } from '../../src/testing/client/test-socket.js';
import { TextTestClient } from '../../src/testing/client/text-test-client.js';
import { UpgradeRefused } from '../../src/testing/client/upgrade-refused.js';
import type { JsonFrame, WelcomeData } from '../../src/testing/index.js';
import { PATIENCE } from './mailbox.js';

export type { StreamPosition } from '../../src/protocol/frames.js';
export type { Closing, JsonFrame, WelcomeData } from '../../src/testing/index.js';
export { closeTestClients } from '../../src/testing/index.js';
export type { TextTestClient as TextClient } from '../../src/testing/index.js';
export type { SocketOptions as ConnectOptions } from '../../src/testing/client/test-socket.js';

/** A client without a word of any protocol: what comes is the text of the frames. */
export function connect(url: string, options: SocketOptions = {}): Promise<TextTestClient> {
  return connectText(url, { protocols: [], ...options });
}

/** A client of `push.v1.text`. `{ protocols: [] }` offers no subprotocol. */
export function connectText(url: string, options: SocketOptions = {}): Promise<TextTestClient> {
  return TextTestClient.open(url, { timeout: PATIENCE, ...options });
}

/** A client of `push.v1.json`. `{ protocols: [] }` offers no subprotocol. */
export function connectJson(url: string, options: SocketOptions = {}): Promise<JsonClient> {
  return JsonClient.connect(url, options);
}

/** How the server refuses the upgrade; rejects when it does not. */
export async function refusedUpgrade(
  url: string,
  options: SocketOptions = {},
): Promise<UpgradeRefused> {
  try {
    await connect(url, options);
  } catch (error) {
    if (error instanceof UpgradeRefused) return error;
    throw error;
  }
  throw new Error(`Waited for ${url} to refuse the upgrade, but it accepted.`);
}

/** The client of the kit, with what these tests often ask. */
export class JsonClient extends TestClient {
  static async connect(this: void, url: string, options: SocketOptions): Promise<JsonClient> {
    const client = new JsonClient(url, {
      protocols: 'push.v1.json',
      timeout: PATIENCE,
      ...options,
    });
    await client.opened();
    return client;
  }

  /** Sends the `auth` frame: a string is a uid. */
  login(identity: string | Record<string, unknown>): Promise<WelcomeData> {
    return this.authenticate(typeof identity === 'string' ? { uid: identity } : identity);
  }

  /** The data of the oldest untaken frame, which must be a message. */
  async nextData(): Promise<unknown> {
    return dataOf(await this.next());
  }

  /** The offset and the data of the oldest untaken frame, which must be a retained message. */
  async nextRetained(): Promise<[offset: unknown, data: unknown]> {
    const frame = await this.next();
    return [(frame.data as { offset?: unknown }).offset, dataOf(frame)];
  }

  /** The data of every message that arrived until the server answered a ping. */
  async settledData(): Promise<unknown[]> {
    return (await this.settle()).map(dataOf);
  }
}

function dataOf({ event, data }: JsonFrame): unknown {
  if (event !== 'message') throw new Error(`Waited for messages, but ${event} came as well.`);
  return (data as { data: unknown }).data;
}
