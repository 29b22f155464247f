import { isUtf8 } from 'node:buffer';

const FINAL_TEXT = 0x81;
const MASKED = 0x80;
const REPLACEMENT = '\ufffd';
/** Bytes from which unmasking by words pays for its view of the memory. */
const BY_WORDS = 256;

/** Who the frames are for. */
export interface TextTaker {
  /** Takes the text of one frame; answers whether to go on with the next. */
  take(text: string): boolean;
}

/**
 * Reads plain frames from the beginning of a chunk: text, whole, unfragmented, masked, without
 * extension bits, not too large, valid UTF-8. Stops at the first byte of anything else. Unmasks
 * in place.
 *
 * @param chunk memory that begins with what has come
 * @param count bytes that have come
 * @param maxPayload bytes of one frame
 * @returns where it stopped; `count` when nothing is left
 */
export function readPlainFrames(
  chunk: Buffer,
  count: number,
  maxPayload: number,
  taker: TextTaker,
): number {
  let start = 0;
  // Two bytes of header, four of mask: nothing shorter is a frame of a client.
  while (count - start >= 6) {
    if (chunk[start] !== FINAL_TEXT) break;
    const second = chunk[start + 1];
    if ((second & MASKED) === 0) break;
    let length = second & 0x7f;
    let mask = start + 2;
    if (length === 126) {
      length = (chunk[mask] << 8) | chunk[mask + 1];
      mask += 2;
    } else if (length === 127) {
      break;
    }
    const end = mask + 4 + length;
    if (length > maxPayload || end > count) break;
    const text = readText(chunk, mask, end);
    if (text === undefined) break;
    start = end;
    if (!taker.take(text)) break;
  }
  return start;
}

/** Undefined, with the bytes as they were, when they are not UTF-8. */
function readText(chunk: Buffer, mask: number, end: number): string | undefined {
  const start = mask + 4;
  unmask(chunk, mask, start, end);
  const text = chunk.toString('utf8', start, end);
  // Broken bytes decode to U+FFFD, which may also have been sent as such.
  if (!text.includes(REPLACEMENT) || isUtf8(chunk.subarray(start, end))) return text;
  unmask(chunk, mask, start, end);
  return undefined;
}

/** RFC 6455, section 5.3; the same call masks again. */
function unmask(chunk: Buffer, mask: number, start: number, end: number): void {
  const key = [chunk[mask], chunk[mask + 1], chunk[mask + 2], chunk[mask + 3]] as const;
  if (end - start < BY_WORDS) {
    for (let i = start; i < end; i++) chunk[i] ^= key[(i - start) & 3];
    return;
  }
  // Bytes up to the first whole word of the memory, then words, then the bytes that remain.
  const words = start + ((4 - ((chunk.byteOffset + start) & 3)) & 3);
  const count = (end - words) >> 2;
  const view = new Int32Array(chunk.buffer, chunk.byteOffset + words, count);
  const word = wordOf(key, words - start);
  for (let i = start; i < words; i++) chunk[i] ^= key[(i - start) & 3];
  for (let i = 0; i < count; i++) view[i] ^= word;
  for (let i = words + (count << 2); i < end; i++) chunk[i] ^= key[(i - start) & 3];
}

/** The key as a word of this machine's byte order, beginning at one of its bytes. */
function wordOf(key: readonly [number, number, number, number], from: number): number {
  const bytes = Uint8Array.of(
    key[from & 3],
    key[(from + 1) & 3],
    key[(from + 2) & 3],
    key[(from + 3) & 3],
  );
  return new Int32Array(bytes.buffer)[0];
}
