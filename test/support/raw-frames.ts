import { randomBytes } from 'node:crypto';

export const Opcode = {
  CONTINUATION: 0x0,
  TEXT: 0x1,
  BINARY: 0x2,
  CLOSE: 0x8,
  PING: 0x9,
  PONG: 0xa,
} as const;

/** A frame as a client may get it wrong: everything can be said, nothing is checked. */
export interface FrameSpec {
  /** Default TEXT. */
  opcode?: number;
  payload?: string | Uint8Array;
  /** Default true. */
  fin?: boolean;
  /** The three reserved bits, 0 to 7. */
  rsv?: number;
  /** Default true: a random mask. False sends an unmasked frame; four bytes are the mask. */
  mask?: boolean | Uint8Array;
  /** The length that the header declares, whatever the payload is. */
  declaredLength?: number | bigint;
  /** Bits of the length field; default the shortest that holds the declared length. */
  lengthBits?: 7 | 16 | 64;
}

/** A frame as it came from the server. */
export interface ReceivedFrame {
  opcode: number;
  fin: boolean;
  rsv: number;
  masked: boolean;
  payload: Buffer;
  /** The payload as UTF-8. */
  text: string;
}

/** The bytes of one frame. */
export function buildFrame(spec: FrameSpec = {}): Buffer {
  const { opcode = Opcode.TEXT, fin = true, rsv = 0, mask = true } = spec;
  const payload = Buffer.from(spec.payload ?? '');
  const first = (fin ? 0x80 : 0) | ((rsv & 0x7) << 4) | (opcode & 0xf);
  const length = lengthField(BigInt(spec.declaredLength ?? payload.length), spec.lengthBits);
  if (mask === false) return Buffer.concat([Buffer.of(first), length, payload]);
  length[0] |= 0x80;
  const key = mask === true ? randomBytes(4) : Buffer.from(mask);
  const masked = payload.map((byte, i) => byte ^ key[i % 4]);
  return Buffer.concat([Buffer.of(first), length, key, masked]);
}

/** The payload of a close frame. */
export function closePayload(code: number, reason: string | Uint8Array = ''): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason)]);
}

function lengthField(length: bigint, bits?: 7 | 16 | 64): Buffer {
  const width = bits ?? (length < 126n ? 7 : length < 65_536n ? 16 : 64);
  if (width === 7) return Buffer.of(Number(length));
  const field = Buffer.alloc(width === 16 ? 3 : 9);
  field[0] = width === 16 ? 126 : 127;
  if (width === 16) field.writeUInt16BE(Number(length), 1);
  else field.writeBigUInt64BE(length, 1);
  return field;
}

/** The frame at the beginning of the bytes, or undefined while it is not whole. */
export function parseFrame(bytes: Buffer): { frame: ReceivedFrame; size: number } | undefined {
  if (bytes.length < 2) return undefined;
  const [first, second] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  const masked = (second & 0x80) !== 0;
  const short = second & 0x7f;
  const lengthEnd = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < lengthEnd) return undefined;
  const length =
    short === 127
      ? Number(bytes.readBigUInt64BE(2))
      : short === 126
        ? bytes.readUInt16BE(2)
        : short;
  const start = lengthEnd + (masked ? 4 : 0);
  if (bytes.length < start + length) return undefined;
  const key = bytes.subarray(lengthEnd, start);
  const raw = Buffer.from(bytes.subarray(start, start + length));
  const payload = masked ? Buffer.from(raw.map((byte, i) => byte ^ key[i % 4])) : raw;
  const frame: ReceivedFrame = {
    opcode: first & 0xf,
    fin: (first & 0x80) !== 0,
    rsv: (first >> 4) & 0x7,
    masked,
    payload,
    text: payload.toString(),
  };
  return { frame, size: start + length };
}
