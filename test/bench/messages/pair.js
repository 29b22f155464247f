import { setTimeout as sleep } from 'node:timers/promises';
import { loadFlags, serverFlags } from '../lib/processes/flags.js';
import { LOAD } from '../lib/load/program.js';
import { Child } from '../lib/processes/child.js';
import { used } from '../lib/processes/usage.js';

const SERVER_CORE = 0;
const LOAD_CORE = 1;

/** How long a server may take to notice that all its clients are gone. */
const DISCONNECT_MS = 20_000;

/** A server and its load, each in a process of its own, kept from round to round. */
export class Pair {
  #connected = 0;

  /**
   * @param {import('./peers.js').Peer} peer
   * @param {{ network: number, profile: boolean }} options
   */
  static async start(peer, { network, profile }) {
    const flags = serverFlags(peer.server);
    if (profile) flags.push('--cpu-prof', `--cpu-prof-name=${peer.name}-${Date.now()}.cpuprofile`);
    const server = new Child(new URL(`servers/${peer.server}.js`, import.meta.url), {
      core: SERVER_CORE,
      flags,
      args: peer.args,
    });
    const load = new Child(LOAD, { core: LOAD_CORE, flags: loadFlags });
    const target = { port: await server.call('port'), dialect: peer.dialect, network };
    await load.call('target', target);
    return new Pair(peer, server, load);
  }

  /**
   * @param {import('./peers.js').Peer} peer
   * @param {Child} server
   * @param {Child} load
   */
  constructor(peer, server, load) {
    this.peer = peer;
    this.server = server;
    this.load = load;
  }

  /** @param {number} count */
  async connect(count) {
    if (this.#connected === count) return;
    await this.disconnect();
    try {
      await this.load.call('connect', count);
    } catch (error) {
      throw new Error(`${this.peer.name} can't be connected to`, { cause: error });
    }
    this.#connected = count;
  }

  async disconnect() {
    await this.load.call('disconnect');
    const deadline = Date.now() + DISCONNECT_MS;
    while ((await this.server.call('countConnections')) > 0) {
      if (Date.now() > deadline) throw new Error(`${this.peer.name} keeps closed connections`);
      await sleep(20);
    }
    this.#connected = 0;
  }

  /**
   * Runs `work` and tells what it cost: CPU microseconds of the server, and which part of their
   * cores both processes used.
   *
   * @template T
   * @param {() => Promise<T>} work
   */
  async measured(work) {
    const [serverBefore, loadBefore] = await this.#usages();
    const result = await work();
    const [serverAfter, loadAfter] = await this.#usages();
    const server = used(serverBefore, serverAfter);
    return {
      result,
      cpu: server.cpu,
      serverBusy: server.busy,
      loadBusy: used(loadBefore, loadAfter).busy,
    };
  }

  async stop() {
    await Promise.all([this.load.stop(), this.server.stop()]);
  }

  #usages() {
    return Promise.all([this.server.call('usage'), this.load.call('usage')]);
  }
}
