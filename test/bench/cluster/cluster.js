import { loadFlags, serverFlags } from '../lib/processes/flags.js';
import { Child } from '../lib/processes/child.js';
import { used } from '../lib/processes/usage.js';

/** All nodes and Redis share one core, so that none of them waits for the load. */
const SERVER_CORE = 0;
const LOAD_CORE = 1;

/**
 * @typedef {object} System
 * @property {string} name
 * @property {string} label
 * @property {string} node file in this folder
 * @property {string} dialect what the load speaks to it
 * @property {string} server whose flags it runs with
 */

/** @type {Record<string, System>} */
export const systems = {
  push: {
    name: 'push',
    label: 'this module',
    node: 'push-node.js',
    dialect: 'json',
    server: 'module',
  },
  socketio: {
    name: 'socketio',
    label: 'Socket.IO',
    node: 'socketio-node.js',
    dialect: 'socketio',
    server: 'socketio',
  },
};

/** @param {string} file in this folder */
const program = (file) => new URL(file, import.meta.url);
/** @param {number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);
/** @param {Child[]} children @param {string} name */
const all = (children, name) => Promise.all(children.map((child) => child.call(name)));

/** Nodes of one system with a Redis of their own, and the load of their clients. */
export class Cluster {
  /** Messages per second from one node to another, once it has been measured. */
  saturation = NaN;

  /**
   * @param {object} options
   * @param {System} options.system
   * @param {number} options.nodes
   * @param {number} options.each connections per node
   * @param {number} options.network the first of as many second bytes of the clients' addresses
   *   as there are nodes
   * @param {number} [options.loads] processes that hold the connections
   */
  static async start({ system, nodes: count, each, network, loads: loadCount = 1 }) {
    const redis = new Child(program('redis-server.js'), { core: SERVER_CORE });
    const url = await redis.call('url');
    const nodes = Array.from(
      { length: count },
      () =>
        new Child(program(system.node), {
          core: SERVER_CORE,
          flags: serverFlags(system.server),
          args: [url],
        }),
    );
    const loads = Array.from(
      { length: loadCount },
      () => new Child(program('load.js'), { core: LOAD_CORE, flags: loadFlags }),
    );
    const ports = await all(nodes, 'ports');
    const targets = ports.map(({ port }, node) => ({
      port,
      dialect: system.dialect,
      network: network + node,
      firstUid: node * each,
    }));
    const { triggerPort } = ports[0];
    for (const [i, load] of loads.entries()) {
      const ofThis = targets.filter((_, node) => node % loadCount === i);
      await load.call('targets', { nodes: ofThis, triggerPort });
    }
    return new Cluster(system, each, { redis, nodes, loads });
  }

  /**
   * @private
   * @param {System} system
   * @param {number} each
   * @param {{ redis: Child, nodes: Child[], loads: Child[] }} children
   */
  constructor(system, each, { redis, nodes, loads }) {
    this.system = system;
    this.each = each;
    this.redis = redis;
    this.nodes = nodes;
    this.loads = loads;
    /** For `runRounds`. */
    this.peer = { name: nameOf(system, nodes.length), dialect: system.dialect };
  }

  /** The only load, where there is one. */
  get load() {
    return this.loads[0];
  }

  get connections() {
    return this.each * this.nodes.length;
  }

  /** The uids with connections to these nodes. @param {number} from @param {number} [to] */
  uidsOf(from, to = from + 1) {
    return { from: from * this.each, to: to * this.each };
  }

  async connect() {
    await Promise.all(this.loads.map((load) => load.call('connect', this.each)));
  }

  async disconnect() {
    await all(this.loads, 'disconnect');
  }

  /**
   * Runs `work` and tells what it cost: CPU microseconds of the first node, which sends, of all
   * others together, and of Redis; and which part of their cores servers and load used.
   *
   * @template T
   * @param {() => Promise<T>} work
   */
  async measured(work) {
    const children = [this.redis, ...this.loads, ...this.nodes];
    const before = await all(children, 'usage');
    const result = await work();
    const after = await all(children, 'usage');
    const costs = before.map((usage, i) => used(usage, after[i]));
    const [redis, ...rest] = costs.map(({ cpu }) => cpu);
    const loads = rest.slice(0, this.loads.length);
    const [sender, ...others] = rest.slice(this.loads.length);
    const nodes = sender + sum(others);
    const elapsed = after[0].at - before[0].at;
    return {
      result,
      sender,
      others: sum(others),
      nodes,
      redis,
      serverBusy: (nodes + redis) / elapsed,
      loadBusy: sum(loads) / elapsed,
    };
  }

  async stop() {
    await Promise.all([...this.loads, ...this.nodes, this.redis].map((child) => child.stop()));
  }
}

/** @param {System} system @param {number} nodes */
export const nameOf = ({ name }, nodes) => `${name}-${nodes}`;
