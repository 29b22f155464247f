import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** What stands before the nodes: a TCP balancer that hands each connection to the next port. */
export class Balancer {
  /** Ports of the nodes that take connections. @type {number[]} */
  ports = [];
  #next = 0;
  #server = createServer((client) => this.#join(client));

  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    return `ws://127.0.0.1:${port}/`;
  }

  close() {
    this.#server.close();
  }

  /** @param {import('node:net').Socket} client */
  #join(client) {
    const port = this.ports[this.#next++ % this.ports.length];
    if (port === undefined) return client.destroy();
    const node = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [client, node],
      [node, client],
    ]) {
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  }
}
