import { singleUid, uidOf } from '../wire/uids.js';
import { LoadConnection } from './connection.js';
import { dialects } from './dialects.js';

/** Handshakes under way at a time: below any server's backlog. */
const HANDSHAKES_IN_FLIGHT = 64;

/** A local address has 28,000 ports, of which closed connections hold theirs for a minute. */
const CONNECTIONS_PER_ADDRESS = 5_000;

/** How long it may take to connect all; then the first that is not ready is named. */
const CONNECT_MS = 45_000;

const ignored = { message() {} };

/** All client connections to one server. */
export class Fleet {
  /** @type {LoadConnection[]} */
  connections = [];
  /** @type {import('./connection.js').Sink} gets the messages of the traffic that runs */
  sink = ignored;

  /**
   * Every time the connections come from other addresses, also in the next run: ports of closed
   * ones are not free for a minute.
   */
  #generation = Math.floor(Math.random() * 250);
  /** @type {((error: Error) => void) | undefined} */
  #rejectWork;
  /** @type {string | undefined} */
  #failure;

  /**
   * @param {{ port: number, dialect: string, network: number, distinct?: boolean }} target
   *   `network` is the second byte of the addresses to connect from: each load has its own, none
   *   takes another's ports; `distinct` gives every connection a uid of its own
   */
  constructor({ port, dialect, network, distinct = false }) {
    this.uidOf = distinct ? singleUid : uidOf;
    this.dialect = dialects[dialect];
    this.network = network;
    this.port = port;
  }

  /**
   * Connects and authenticates `count` connections.
   *
   * @param {number} count
   */
  async connect(count) {
    const generation = this.#generation++ % 250;
    /** @type {import('./connection.js').Surroundings} */
    const surroundings = {
      port: this.port,
      dialect: this.dialect,
      sink: { message: (data, start, length) => this.sink.message(data, start, length) },
      fail: (reason) => this.#fail(reason),
    };
    this.connections = new Array(count);
    let next = 0;
    const connectRest = async () => {
      while (next < count) {
        const index = next++;
        const block = Math.floor(index / CONNECTIONS_PER_ADDRESS);
        const address = `127.${this.network}.${generation}.${block + 1}`;
        const connection = new LoadConnection(surroundings, this.uidOf(index, count), address);
        this.connections[index] = connection;
        await connection.authenticate();
      }
    };
    const timer = setTimeout(() => this.#fail(this.#unready()), CONNECT_MS);
    try {
      await this.during(Promise.all(Array.from({ length: HANDSHAKES_IN_FLIGHT }, connectRest)));
    } finally {
      clearTimeout(timer);
    }
  }

  close() {
    for (const connection of this.connections) connection.close();
    this.connections = [];
  }

  /**
   * Fails the work as soon as any connection does.
   *
   * @template T
   * @param {Promise<T>} work
   * @returns {Promise<T>}
   */
  async during(work) {
    if (this.#failure) throw new Error(this.#failure);
    try {
      return await Promise.race([
        work,
        new Promise((_, reject) => {
          this.#rejectWork = reject;
        }),
      ]);
    } finally {
      this.#rejectWork = undefined;
    }
  }

  #unready() {
    const stages = this.connections.map(({ stage }) => stage).filter((stage) => stage !== 'ready');
    return `${stages.length} connections are not ready, the first is ${stages[0]}`;
  }

  /** @param {string} reason */
  #fail(reason) {
    this.#failure ??= reason;
    this.#rejectWork?.(new Error(reason));
  }
}
