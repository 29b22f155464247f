import { connect } from 'node:net';
import { CLOSE, PING, PONG, clientFrame, findFrame } from '../wire/frames.js';
import { READY } from './dialects.js';
import { rawWrite } from './raw-write.js';

/**
 * One buffer for all sockets: what arrives is looked at before the callback returns, so nothing
 * is allocated per read.
 */
const incoming = Buffer.allocUnsafe(256 * 1024);

const span = { start: 0, length: 0 };

/**
 * @typedef {{ message(data: Buffer, start: number, length: number): void }} Sink
 *   gets every message of every connection of a fleet
 *
 * @typedef {{ sink: Sink, during: <T>(work: Promise<T>) => Promise<T> }} Receiver
 *   whose sink can be taken, and which fails work as soon as a connection fails
 *
 * @typedef {object} Surroundings
 * @property {number} port
 * @property {import('./dialects.js').Dialect} dialect
 * @property {Sink} sink
 * @property {(reason: string) => void} fail
 */

/** A client connection that costs as little as one can in Node. */
export class LoadConnection {
  #surroundings;
  #socket;
  #uid;
  /** What to do with whole frames: changes once, when the connection is ready. */
  #onFrame = this.#beforeReady;
  #upgraded = false;
  /** @type {Buffer | undefined} the beginning of a frame whose end has not come yet */
  #rest;
  #ready = () => {};

  /**
   * @param {Surroundings} surroundings
   * @param {string} uid
   * @param {string} localAddress
   */
  constructor(surroundings, uid, localAddress) {
    this.#surroundings = surroundings;
    this.#uid = uid;
    this.#socket = connect({
      port: surroundings.port,
      host: '127.0.0.1',
      localAddress,
      noDelay: true,
      onread: {
        buffer: incoming,
        callback: (count) => {
          this.#read(count);
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => this.#fail(error.message));
    this.#socket.on('end', () => this.#fail('the server ended the connection'));
  }

  /** Resolves when the server has confirmed the uid. */
  authenticate() {
    const { dialect, port } = this.#surroundings;
    this.#socket.write(
      `GET ${dialect.path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\n` +
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    return /** @type {Promise<void>} */ (new Promise((resolve) => (this.#ready = resolve)));
  }

  /** How far it has come, for error messages. */
  get stage() {
    if (this.#socket.connecting) return 'connecting';
    if (!this.#upgraded) return 'waiting for the upgrade';
    return this.#onFrame === this.#whenReady ? 'ready' : 'waiting to be authenticated';
  }

  /** @param {Buffer} frame */
  write(frame) {
    rawWrite(this.#socket, frame);
  }

  close() {
    this.#socket.destroy();
  }

  /** @param {number} count */
  #read(count) {
    let data = incoming;
    let end = count;
    if (this.#rest) {
      data = Buffer.concat([this.#rest, incoming.subarray(0, count)]);
      end = data.length;
      this.#rest = undefined;
    }
    let at = this.#upgraded ? 0 : this.#readUpgrade(data, end);
    while (this.#upgraded && findFrame(data, at, end, span)) {
      const next = span.start + span.length;
      this.#onFrame(data, data[at] & 0x0f, span.start, span.length);
      at = next;
    }
    if (at < end) this.#rest = Buffer.from(data.subarray(at, end));
  }

  /** @param {Buffer} data @param {number} end @returns {number} where the frames begin */
  #readUpgrade(data, end) {
    const blank = data.subarray(0, end).indexOf('\r\n\r\n');
    if (blank < 0) return 0;
    const head = data.latin1Slice(0, blank);
    if (!head.startsWith('HTTP/1.1 101')) this.#fail(`refused: ${head}`);
    this.#upgraded = true;
    this.#say(this.#surroundings.dialect.open(this.#uid));
    return blank + 4;
  }

  /** @param {Buffer} data @param {number} opcode @param {number} start @param {number} length */
  #beforeReady(data, opcode, start, length) {
    const text = data.utf8Slice(start, start + length);
    const answer = this.#surroundings.dialect.answer(text, this.#uid);
    if (answer === undefined) {
      this.#fail(`not let in: ${opcode} ${text}`);
    } else if (answer === READY) {
      this.#onFrame = this.#whenReady;
      this.#ready();
    } else {
      this.#say(answer);
    }
  }

  /** @param {Buffer} data @param {number} opcode @param {number} start @param {number} length */
  #whenReady(data, opcode, start, length) {
    const { dialect, sink } = this.#surroundings;
    const { mark, heartbeat } = dialect;
    if (opcode < CLOSE && length > mark.offset && data[start + mark.offset] === mark.byte) {
      sink.message(data, start, length);
    } else if (opcode === PING) {
      this.write(clientFrame(data.subarray(start, start + length), PONG));
    } else if (heartbeat && length === 1 && data[start] === heartbeat.ping) {
      this.#say(heartbeat.pong);
    } else {
      this.#fail(`unexpected frame ${opcode}: ${data.utf8Slice(start, start + length)}`);
    }
  }

  /** @param {string | undefined} text */
  #say(text) {
    if (text !== undefined) this.write(clientFrame(text));
  }

  /** @param {string} reason */
  #fail(reason) {
    this.#surroundings.fail(`${this.#uid}: ${reason}`);
  }
}
