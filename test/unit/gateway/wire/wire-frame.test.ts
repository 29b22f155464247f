import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { joined, payloadOf, wireFrame } from '../../../../src/gateway/wire/wire-frame.js';

/** `ws` exports its sender, and its types do not describe it. */
const { Sender } = ws as unknown as {
  Sender: { frame(data: Buffer, options: Record<string, unknown>): Buffer[] };
};

const lengths = [0, 1, 125, 126, 2_048, 2_049, 65_535, 65_536, 70_000];
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 500 }),
  fc.string({ unit: 'binary-ascii', maxLength: 500 }),
  fc.constantFrom(...lengths.map((length) => 'x'.repeat(length))),
);

function byWs(payload: string): Buffer {
  const options = { fin: true, opcode: 1, mask: false, readOnly: true, rsv1: false };
  return Buffer.concat(Sender.frame(Buffer.from(payload), options));
}

/** As a socket writes it. */
function bytesOf(frame: string | Buffer): Buffer {
  return typeof frame === 'string' ? Buffer.from(frame, 'latin1') : frame;
}

describe('a frame as it is written', () => {
  it('has the bytes that ws writes, for any text and length', () => {
    fc.assert(
      fc.property(text, (payload) => {
        expect(bytesOf(wireFrame(payload)).equals(byWs(payload))).toBe(true);
      }),
    );
  });

  it('keeps its bytes beside others, strings and buffers mixed', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), (payloads) => {
        const expected = Buffer.concat(payloads.map(byWs));
        const parts = joined(payloads.map((text) => ({ text, wire: undefined })));
        expect(Buffer.concat(parts.map(bytesOf)).equals(expected)).toBe(true);
      }),
    );
  });

  it('is not copied to go out beside others when it is a buffer', () => {
    const [small, large] = ['a', 'x'.repeat(3_000)].map((text) => ({
      text,
      wire: wireFrame(text),
    }));
    const parts = joined([small, small, large, small]);
    expect(parts).toHaveLength(3);
    expect(parts[1]).toBe(large.wire);
  });

  it.each([1, 125, 126, 65_535, 65_536])('of %i bytes carries them', (length) => {
    const frame = wireFrame('é'.repeat((length - (length % 2)) / 2) + 'x'.repeat(length % 2));
    expect(payloadOf(bytesOf(frame)).length).toBe(length);
  });
});
