import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { frameBytes } from '../../../../src/gateway/wire/frame-bytes.js';

/** `ws` exports its sender, and its types do not describe it. */
const { Sender } = ws as unknown as {
  Sender: { frame(data: Buffer, options: Record<string, unknown>): Buffer[] };
};

describe('the bytes of a frame', () => {
  it('are those that ws writes, for any text and length', () => {
    const lengths = [0, 1, 125, 126, 65_535, 65_536, 70_000].map((length) => 'x'.repeat(length));
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 500 }),
      fc.constantFrom(...lengths),
    );
    fc.assert(
      fc.property(text, (payload) => {
        const options = { fin: true, opcode: 1, mask: false, readOnly: true, rsv1: false };
        const expected = Buffer.concat(Sender.frame(Buffer.from(payload), options));
        expect(frameBytes(payload).equals(expected)).toBe(true);
      }),
    );
  });
});
