import { TestClient, type ConnectOptions } from './client-socket.js';

export { closeAll, refusedUpgrade, type Closing, type ConnectOptions } from './client-socket.js';

/** A frame of `push.v1.json`, as a client sees it. */
export interface JsonFrame {
  event: string;
  data?: unknown;
  id?: string | number;
}

export interface Position {
  epoch: string;
  offset: number;
}

export interface Welcome {
  uid: string;
  connectionId: string;
  /** There if the server has a history. */
  stream?: Position & { recovered?: boolean; reason?: string };
}

/** A client without a word of any protocol: what comes is the text of the frames. */
export function connect(url: string, options: ConnectOptions = {}): Promise<TextClient> {
  return opened(new TextClient(url, options));
}

/** A client of `push.v1.text`. `{ protocols: [] }` offers no subprotocol. */
export function connectText(url: string, options: ConnectOptions = {}): Promise<TextClient> {
  return opened(new TextClient(url, { protocols: 'push.v1.text', ...options }));
}

/** A client of `push.v1.json`. `{ protocols: [] }` offers no subprotocol. */
export function connectJson(url: string, options: ConnectOptions = {}): Promise<JsonClient> {
  return opened(new JsonClient(url, { protocols: 'push.v1.json', ...options }));
}

/** Frames are the text that was received. */
export class TextClient extends TestClient<string> {
  protected decode(text: string): string {
    return text;
  }

  /** Sends the first frame and takes the answer, which must not be an error. */
  async login(uid: string): Promise<string> {
    this.send(uid);
    const answer = await this.waitForMessage(() => true, 'the answer to the login');
    if (answer.startsWith('error:')) throw new Error(`login was refused: ${answer}`);
    return answer;
  }
}

/** Frames are parsed envelopes. */
export class JsonClient extends TestClient<JsonFrame> {
  /** What the server called this connection; empty before the login. */
  connectionId = '';
  private lastId = 0;

  protected decode(text: string): JsonFrame {
    return JSON.parse(text) as JsonFrame;
  }

  /** Sends the `auth` frame (a string is a uid) and takes the answer, which must not be an error. */
  async login(identity: string | Record<string, unknown>): Promise<Welcome> {
    const data = typeof identity === 'string' ? { uid: identity } : identity;
    this.send({ event: 'auth', data });
    const answer = await this.waitForEvent('auth', 'error');
    if (answer.event === 'error') throw new Error(`login was refused: ${JSON.stringify(answer)}`);
    const welcome = answer.data as Welcome;
    this.connectionId = welcome.connectionId;
    return welcome;
  }

  /** The oldest untaken frame with one of these events. */
  waitForEvent(...events: string[]): Promise<JsonFrame> {
    return this.waitForMessage(
      (frame) => events.includes(frame.event),
      `a frame with event ${events.join(' or ')}`,
    );
  }

  /** Sends a frame with an id of its own and takes the reply, an `error` included. */
  request(event: string, data?: unknown): Promise<JsonFrame> {
    const id = `request-${++this.lastId}`;
    this.send({ event, data, id });
    return this.waitForMessage((frame) => frame.id === id, `the reply to ${event} ${id}`);
  }

  /**
   * Everything that arrived until the server answered a ping: what is not in it was not sent.
   * Frames of one connection are handled in order, so no sleeping is needed to see nothing come.
   */
  async settle(): Promise<JsonFrame[]> {
    const reply = await this.request('ping');
    if (reply.event !== 'pong') throw new Error(`ping was answered by ${JSON.stringify(reply)}`);
    return this.takeAll();
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

async function opened<Client extends { opened: Promise<void> }>(client: Client): Promise<Client> {
  await client.opened;
  return client;
}
