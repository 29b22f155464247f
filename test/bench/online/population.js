import { loadFlags, serverFlags } from '../lib/processes/flags.js';
import { LOAD } from '../lib/load/program.js';
import { Child } from '../lib/processes/child.js';

const HEARTBEAT_MS = 20_000;

/** Sends, or writes, of one round. */
export const SENDS = 20_000;

/**
 * `share` is the part of the users that have real sockets.
 *
 * @typedef {{ uids: number, share: number, network: number }} Size
 */

/** A server process, and its users: some over real sockets from a load process. */
export class Population {
  #share;
  #sockets;

  /** @param {Size} size */
  static async start(size) {
    const server = new Child(new URL('server.js', import.meta.url), {
      core: 0,
      flags: serverFlags('module'),
      args: [String(HEARTBEAT_MS)],
    });
    const load = new Child(LOAD, { core: 1, flags: loadFlags });
    const port = await server.call('port');
    const { network } = size;
    await load.call('target', { port, dialect: 'json', network, distinct: true });
    return new Population(size, server, load);
  }

  /** @param {Size} size @param {Child} server @param {Child} load */
  constructor({ uids, share }, server, load) {
    this.uids = uids;
    this.server = server;
    this.load = load;
    this.#share = share;
    this.#sockets = Math.round(uids * share);
  }

  /** Brings all users online; answers the memory with the streams alone, and what it cost. */
  async connect() {
    await this.server.call('createStreams', this.uids - this.#sockets);
    const streams = await this.server.call('memory');
    await this.load.call('connect', this.#sockets);
    return { streams, cost: await this.server.call('connectStreams') };
  }

  /** One round of `sendToUid` to random users. */
  send() {
    const work = { count: SENDS, sockets: this.#sockets, share: this.#share };
    return this.#received(Math.floor(SENDS * this.#share), () => this.server.call('send', work));
  }

  /** The same number of sends by the least that can send to a uid. */
  sendBarely() {
    return this.server.call('sendBarely', SENDS);
  }

  broadcast() {
    return this.#received(this.#sockets, () => this.server.call('broadcast'));
  }

  async close() {
    await this.load.call('disconnect');
    const cost = await this.server.call('closeStreams');
    return { ...cost, left: await this.server.call('counts') };
  }

  async stop() {
    await Promise.all([this.server.stop(), this.load.stop()]);
  }

  /**
   * Work after which the real sockets have got so many messages.
   *
   * @param {number} count
   * @param {() => Promise<any>} work
   */
  async #received(count, work) {
    await this.load.call('expect', count);
    const cost = await work();
    await this.load.call('settled');
    return cost;
  }
}
