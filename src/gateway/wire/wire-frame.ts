/** First byte of an unfragmented text frame: FIN and the opcode (RFC 6455, section 5.2). */
const FINAL_TEXT = 0x81;

/** Bytes of text up to which a string costs less than a buffer, however often it is written. */
const MAX_STRING = 2_048;

/**
 * Frames as they are written to a socket. A string stands for bytes, one per character
 * (`latin1`): Node writes it from the stack, and nothing is allocated for it outside the heap.
 */
export type WireFrame = string | Buffer;

/** A text frame from the server, which is not masked. */
export function wireFrame(text: string): WireFrame {
  const length = Buffer.byteLength(text);
  const isAscii = length === text.length;
  return isAscii && length <= MAX_STRING ? asString(text) : asBuffer(text, length);
}

/** What keeps how it is written, once that is known. */
export interface Framed {
  readonly text: string;
  wire: WireFrame | undefined;
}

/** As it is written, to however many sockets. */
export function framed(frame: Framed): WireFrame {
  return (frame.wire ??= wireFrame(frame.text));
}

/** Several frames as few: strings become one, and buffers, which others write too, stay whole. */
export function joined(frames: readonly Framed[]): WireFrame[] {
  const parts: WireFrame[] = [];
  let text = '';
  for (const frame of frames) {
    const wire = framed(frame);
    if (typeof wire === 'string') {
      text += wire;
    } else {
      if (text !== '') parts.push(text);
      text = '';
      parts.push(wire);
    }
  }
  if (text !== '') parts.push(text);
  return parts;
}

/** What a frame carries, in the same memory. */
export function payloadOf(frame: Buffer): Buffer {
  const length = frame[1];
  return frame.subarray(length < 126 ? 2 : length === 126 ? 4 : 10);
}

function asString(text: string): string {
  const { length } = text;
  const header =
    length < 126
      ? String.fromCharCode(FINAL_TEXT, length)
      : String.fromCharCode(FINAL_TEXT, 126, length >> 8, length & 0xff);
  return header + text;
}

function asBuffer(text: string, length: number): Buffer {
  const offset = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(offset + length);
  frame[0] = FINAL_TEXT;
  if (offset === 2) {
    frame[1] = length;
  } else if (offset === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, offset, length, 'utf8');
  return frame;
}
