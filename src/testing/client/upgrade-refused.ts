import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** The server has answered the upgrade request with something else than a WebSocket. */
export class UpgradeRefused extends Error {
  override readonly name = 'UpgradeRefused';

  private constructor(
    /** The HTTP status. */
    readonly status: number,
    readonly headers: IncomingHttpHeaders,
    readonly body: string,
  ) {
    super(`The server refused the upgrade with ${status}: ${body}`);
  }

  /** @internal */
  static async read(response: IncomingMessage): Promise<UpgradeRefused> {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    return new UpgradeRefused(response.statusCode ?? 0, response.headers, body);
  }
}
