/** First byte of an unfragmented text frame: FIN and the opcode (RFC 6455, section 5.2). */
const FINAL_TEXT = 0x81;

/** The bytes of a text frame from the server, which is not masked. */
export function frameBytes(text: string): Buffer {
  const length = Buffer.byteLength(text);
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
