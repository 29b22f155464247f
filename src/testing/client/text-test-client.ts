import { PushClientError } from '../../client/push-client-error.js';
import { TestSocket, type SocketOptions } from './test-socket.js';

/** An authenticated client of `push.v1.text` for tests. Its frames are bare text. */
export class TextTestClient extends TestSocket<string> {
  /** The server's answer to the login. */
  welcome = '';

  /** @internal A client that is connected and has said nothing. */
  static async open(url: string, options: SocketOptions): Promise<TextTestClient> {
    const client = new TextTestClient(url, { protocols: 'push.v1.text', ...options });
    await client.opened();
    return client;
  }

  protected decode(text: string): string {
    return text;
  }

  /**
   * Sends the credential as the first frame: `createTestClient` has done that.
   *
   * @throws PushClientError with the server's code
   */
  async authenticate(credential: string): Promise<string> {
    this.write(credential);
    const answer = await this.take('the answer to the login', () => true);
    const [, code, message] = /^error:(\w+):(.*)$/s.exec(answer) ?? [];
    if (code !== undefined) throw new PushClientError(code, message);
    return (this.welcome = answer);
  }

  /** The oldest text that was not taken and is, or holds, what is looked for. */
  nextMessage(match?: string | RegExp | ((text: string) => boolean)): Promise<string> {
    if (match === undefined) return this.next();
    const isIt = (text: string): boolean => {
      if (typeof match === 'function') return match(text);
      return typeof match === 'string' ? text === match : match.test(text);
    };
    return this.take(`a text like ${String(match)}`, isIt);
  }

  /** Sends `to:text`; the protocol has no answer to it. */
  send(to: string, text: string): void {
    this.write(`${to}:${text}`);
  }

  /**
   * Fails if anything has come that was not taken. A round trip (a WebSocket ping) proves it for
   * whatever this node had written to the connection before; of what clients have just sent it
   * says nothing, as this protocol has no answers: let those be json clients, and await their
   * `send`.
   */
  async expectNothing(): Promise<void> {
    const trace = new Error();
    const came = await this.settle();
    if (came.length === 0) return;
    const list = came.map((text) => `\n  ${JSON.stringify(text)}`).join('');
    trace.message = `Expected that nothing has come, but there was:${list}`;
    throw trace;
  }

  /** Takes out everything that has come before the server answered a WebSocket ping. */
  async settle(): Promise<string[]> {
    await this.pinged();
    return this.takeAll();
  }
}
