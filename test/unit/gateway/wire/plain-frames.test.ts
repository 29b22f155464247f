import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlainFrames } from '../../../../src/gateway/wire/plain-frames.js';
import { buildFrame, Opcode } from '../../../support/raw-frames.js';

const MAX_PAYLOAD = 65_535;

function read(chunk: Buffer, maxPayload = MAX_PAYLOAD): { texts: string[]; end: number } {
  const texts: string[] = [];
  const end = readPlainFrames(chunk, chunk.length, maxPayload, {
    take: (text) => texts.push(text) > 0,
  });
  return { texts, end };
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 2_000 }),
  fc.constantFrom('', 'x'.repeat(125), 'x'.repeat(126), 'é'.repeat(30_000), '\ufffd'),
);
const mask = fc.uint8Array({ minLength: 4, maxLength: 4 });
const frames = fc.array(fc.tuple(text, mask), { maxLength: 8 });

describe('reading plain frames from a chunk', () => {
  it('gives the text of each, whatever its mask, length and place in memory', () => {
    fc.assert(
      fc.property(frames, fc.nat(7), (sent, shift) => {
        const bytes = sent.map(([payload, key]) => buildFrame({ payload, mask: key }));
        const memory = Buffer.concat([Buffer.alloc(shift), ...bytes]);
        const chunk = memory.subarray(shift);
        const expected = sent.map(([payload]) => Buffer.from(payload).toString());
        expect(read(chunk)).toEqual({ texts: expected, end: chunk.length });
      }),
    );
  });

  it('stops before a frame that is not whole, and leaves its bytes as they were', () => {
    fc.assert(
      fc.property(
        frames,
        text,
        mask,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (sent, payload, key, part) => {
          const whole = Buffer.concat(
            sent.map(([before, k]) => buildFrame({ payload: before, mask: k })),
          );
          const last = buildFrame({ payload, mask: key });
          const half = last.subarray(0, Math.floor(last.length * part));
          const { texts, end } = read(Buffer.concat([whole, half]));
          expect(texts).toHaveLength(sent.length);
          expect(end).toBe(whole.length);
        },
      ),
    );
  });

  it.each([
    ['a fragment', buildFrame({ payload: 'x', fin: false })],
    ['a continuation', buildFrame({ payload: 'x', opcode: Opcode.CONTINUATION })],
    ['a binary frame', buildFrame({ payload: 'x', opcode: Opcode.BINARY })],
    ['a ping', buildFrame({ payload: 'x', opcode: Opcode.PING })],
    ['a close frame', buildFrame({ opcode: Opcode.CLOSE })],
    ['a compressed frame', buildFrame({ payload: 'x', rsv: 4 })],
    ['an unmasked frame', buildFrame({ payload: 'longer than six', mask: false })],
    ['a frame with a 64 bit length', buildFrame({ payload: 'x', lengthBits: 64 })],
    ['a frame that is too large', buildFrame({ payload: 'x'.repeat(1_001) })],
    ['invalid UTF-8', buildFrame({ payload: Buffer.from([0x68, 0xc3, 0x28]) })],
    ['invalid UTF-8 in a long frame', buildFrame({ payload: Buffer.alloc(900, 0xff) })],
  ])('stops before %s, and leaves its bytes as they were', (_, other) => {
    const plain = buildFrame({ payload: 'plain' });
    const chunk = Buffer.concat([plain, other, plain]);
    expect(read(chunk, 1_000)).toEqual({ texts: ['plain'], end: plain.length });
    expect(chunk.subarray(plain.length)).toEqual(Buffer.concat([other, plain]));
  });

  it('stops when the taker has had enough', () => {
    const chunk = Buffer.concat([buildFrame({ payload: 'a' }), buildFrame({ payload: 'b' })]);
    expect(readPlainFrames(chunk, chunk.length, MAX_PAYLOAD, { take: () => false })).toBe(
      chunk.length / 2,
    );
  });
});
