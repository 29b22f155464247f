import { createHash, randomBytes } from 'node:crypto';

const TEXT = 0x1;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

/** @param {number} length @param {number} opcode @param {boolean} masked */
function header(length, opcode, masked) {
  const extended = length < 126 ? 0 : length < 65536 ? 2 : 8;
  const bytes = Buffer.alloc(2 + extended);
  bytes[0] = 0x80 | opcode;
  bytes[1] = (masked ? 0x80 : 0) | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) bytes.writeUInt16BE(length, 2);
  if (extended === 8) bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}

/**
 * A whole frame as a client sends it.
 *
 * The key must not be zero: `ws` skips unmasking then, which no browser's frame lets it do.
 *
 * @param {string | Buffer} payload
 */
export function clientFrame(payload, opcode = TEXT) {
  const bytes = Buffer.from(payload);
  const key = randomBytes(4);
  key[0] |= 1;
  for (let i = 0; i < bytes.length; i++) bytes[i] ^= key[i & 3];
  return Buffer.concat([header(bytes.length, opcode, true), key, bytes]);
}

/**
 * A whole frame as a server sends it.
 *
 * @param {string} text
 */
export function serverFrame(text) {
  const length = Buffer.byteLength(text);
  const offset = length < 126 ? 2 : length < 65536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(offset + length);
  frame[0] = 0x80 | TEXT;
  if (offset === 2) {
    frame[1] = length;
  } else if (offset === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, offset);
  return frame;
}

/**
 * Finds the payload of the frame that begins at `at`; false when the frame is not whole yet.
 * Allocates nothing: `span`, which the caller keeps, is filled in.
 *
 * @param {Buffer} data
 * @param {number} at
 * @param {number} end
 * @param {{ start: number, length: number }} span
 */
export function findFrame(data, at, end, span) {
  if (end - at < 2) return false;
  let length = data[at + 1] & 0x7f;
  let start = at + 2;
  if (length === 126) {
    if (end - at < 4) return false;
    length = (data[at + 2] << 8) | data[at + 3];
    start = at + 4;
  } else if (length === 127) {
    if (end - at < 10) return false;
    length = data.readUInt32BE(at + 6);
    start = at + 10;
  }
  if (data[at + 1] & 0x80) start += 4;
  span.start = start;
  span.length = length;
  return end - start >= length;
}

/** @param {string} key the client's `Sec-WebSocket-Key` */
export function acceptKey(key) {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
