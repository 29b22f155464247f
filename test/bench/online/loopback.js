import { Duplex } from 'node:stream';
import { PING, PONG, clientFrame, findFrame } from '../lib/wire/frames.js';
import { dialects } from '../lib/load/dialects.js';

const { json } = dialects;
const span = { start: 0, length: 0 };
const pong = clientFrame('', PONG);

/** What all clients of the streams have seen together. */
export class Ledger {
  authenticated = 0;
  messages = 0;
  pings = 0;
  closed = 0;
}

/**
 * The server's end of a connection whose client lives in the same process: what a socket would
 * be, without a file. The client authenticates, counts messages and answers pings.
 */
export class LoopbackStream extends Duplex {
  #uid;
  #ledger;
  #upgraded = false;

  /** @param {string} uid @param {Ledger} ledger */
  constructor(uid, ledger) {
    super();
    this.#uid = uid;
    this.#ledger = ledger;
  }

  /** The request that the HTTP server would have made of the client's handshake. */
  upgradeRequest() {
    return {
      method: 'GET',
      url: json.path,
      httpVersion: '1.1',
      rawHeaders: [],
      headers: {
        host: '127.0.0.1',
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
      socket: this,
    };
  }

  get remoteAddress() {
    return '127.0.0.1';
  }

  setNoDelay() {
    return this;
  }

  setTimeout() {
    return this;
  }

  /** The client goes away. */
  leave() {
    this.push(null);
  }

  /** @override */
  _read() {}

  /**
   * @override
   * @param {Buffer} chunk @param {string} _encoding @param {() => void} callback
   */
  _write(chunk, _encoding, callback) {
    this.#receive(chunk);
    callback();
  }

  /** @override @param {{ chunk: Buffer }[]} chunks @param {() => void} callback */
  _writev(chunks, callback) {
    this.#receive(Buffer.concat(chunks.map(({ chunk }) => chunk)));
    callback();
  }

  /** @override @param {Error | null} error @param {(error: Error | null) => void} callback */
  _destroy(error, callback) {
    this.#ledger.closed++;
    callback(error);
  }

  /** @param {Buffer} data whole frames: there is no network to cut them */
  #receive(data) {
    if (!this.#upgraded) {
      this.#upgraded = true;
      this.push(clientFrame(/** @type {string} */ (json.open(this.#uid))));
      return;
    }
    for (let at = 0; findFrame(data, at, data.length, span); at = span.start + span.length) {
      this.#count(data, data[at] & 0x0f);
    }
  }

  /** @param {Buffer} data @param {number} opcode */
  #count(data, opcode) {
    if (opcode === PING) {
      this.#ledger.pings++;
      this.push(pong);
    } else if (data[span.start + json.mark.offset] === json.mark.byte) {
      this.#ledger.messages++;
    } else if (data.utf8Slice(span.start).startsWith('{"event":"auth"')) {
      this.#ledger.authenticated++;
    }
  }
}
