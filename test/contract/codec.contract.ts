import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Codec } from '../../src/protocol/codec.js';
import type { ErrorCode } from '../../src/protocol/codes.js';
import type { ClientFrame, FirstFrame } from '../../src/protocol/frames.js';
import { Message } from '../../src/protocol/message.js';
import { PushException } from '../../src/protocol/push.exception.js';

/** A frame that the codec refuses, and the code. */
interface Refused {
  text: string;
  code: ErrorCode;
}

/** What only someone who knows the codec can tell of it. */
export interface CodecSamples {
  first: { text: string; means: FirstFrame }[];
  frames: { text: string; means: ClientFrame }[];
  /** Frames that are no first message. */
  refusedFirst: Refused[];
  /** Frames that are not of the protocol. */
  refused: Refused[];
  /** Texts close to those of the protocol, for the properties beside any string. */
  almost: fc.Arbitrary<string>;
  /** The frame that a client writes to send a string to a uid. */
  write(to: string, data: string): string;
  /** Uids to which this codec can write. */
  uids: fc.Arbitrary<string>;
  /** What a client reads from a message. Text that does not say who sent it leaves `from` out. */
  readMessage(text: string): { data: unknown; from?: string };
  /** Whether messages say who sent them. */
  namesSender: boolean;
  /** The frame that says that the message `m-1` at offset 7 was settled. */
  settled: string | undefined;
  /** What a client reads from an error. */
  readError(text: string): { code: string; message: string };
}

/** What every codec keeps. A new one plugs in with its samples. */
export function describeCodec(name: string, makeCodec: () => Codec, samples: CodecSamples): void {
  describe(`${name}, as a codec`, () => {
    let codec: Codec;
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      samples.almost,
      ...[samples.first, samples.frames, samples.refused].map((some) =>
        fc.constantFrom(...some.map(({ text }) => text)),
      ),
    );

    beforeEach(() => {
      codec = makeCodec();
    });

    it('names its subprotocol after the version and itself', () => {
      expect(codec.subprotocol).toBe(`push.v1.${codec.name}`);
    });

    it('is stateless: two instances decode and encode the same', () => {
      const other = makeCodec();
      for (const { text } of samples.frames) expect(other.decode(text)).toEqual(codec.decode(text));
      expect(other.encodeWelcome('anna', '@k3v9x0a1bz.7')).toBe(
        codec.encodeWelcome('anna', '@k3v9x0a1bz.7'),
      );
    });

    describe('decoding a first message', () => {
      it.each(samples.first)('understands $text', ({ text, means }) => {
        expect(codec.decodeFirst(text)).toEqual(means);
      });

      it.each(samples.refusedFirst)('refuses $text with $code', ({ text, code }) => {
        expect(() => codec.decodeFirst(text)).toThrow(expect.objectContaining({ code }));
      });

      it('throws nothing but PushException, whatever the text', () => {
        fc.assert(
          fc.property(anyText, (text) => {
            const error = errorOf(() => codec.decodeFirst(text));
            if (error === undefined) return;
            expect(error).toBeInstanceOf(PushException);
            expect(['AUTH_REQUIRED', 'AUTH_FAILED']).toContain((error as PushException).code);
          }),
        );
      });
    });

    describe('decoding a later frame', () => {
      it.each(samples.frames)('understands $text', ({ text, means }) => {
        expect(codec.decode(text)).toEqual(means);
      });

      it.each(samples.refused)('refuses $text with $code', ({ text, code }) => {
        expect(() => codec.decode(text)).toThrow(expect.objectContaining({ code }));
      });

      it('throws nothing but PushException BAD_FRAME, whatever the text', () => {
        fc.assert(
          fc.property(anyText, (text) => {
            const error = errorOf(() => codec.decode(text));
            if (error === undefined) return;
            expect(error).toBeInstanceOf(PushException);
            expect(error).toMatchObject({ code: 'BAD_FRAME' });
          }),
        );
      });

      it('gives a frame with an event and no key beside event, data and id', () => {
        fc.assert(
          fc.property(anyText, (text) => {
            let frame: ClientFrame;
            try {
              frame = codec.decode(text);
            } catch {
              return;
            }
            expect(frame.event).not.toBe('');
            expect(['event', 'data', 'id']).toEqual(expect.arrayContaining(Object.keys(frame)));
          }),
        );
      });

      it('gives what a client wrote, whatever it sends to whom', () => {
        fc.assert(
          fc.property(samples.uids, fc.string({ unit: 'binary' }), (to, data) => {
            const frame = codec.decode(samples.write(to, data));
            expect(frame).toMatchObject({ event: 'send', data: { to, data } });
          }),
        );
      });

      it('survives nesting as deep as a frame is long', () => {
        for (const text of ['['.repeat(65_536), `${'['.repeat(32_768)}${']'.repeat(32_768)}`]) {
          expect(errorOf(() => codec.decode(text))).toBeInstanceOf(PushException);
        }
      });
    });

    describe('telling of an error', () => {
      it('never echoes what the client sent', () => {
        // Letters that no sentence of ours has in a row.
        const secret = 'zqxjkvzqxjkv';
        fc.assert(
          fc.property(anyText, fc.nat(), (text, at) => {
            const position = at % (text.length + 1);
            const spiked = text.slice(0, position) + secret + text.slice(position);
            for (const decode of [() => codec.decodeFirst(spiked), () => codec.decode(spiked)]) {
              const error = errorOf(decode);
              if (error instanceof PushException) {
                expect(codec.encodeError(error)).not.toContain(secret);
              }
            }
          }),
        );
      });

      it('gives the code and the sentence', () => {
        const error = { code: 'FORBIDDEN', message: 'You may not: "no".' };
        expect(samples.readError(codec.encodeError(error))).toEqual(error);
        expect(samples.readError(codec.encodeError(error, 7))).toEqual(error);
      });

      it('leaves out what an exception has beside code, sentence and details', () => {
        const error = new PushException('REJECTED', 'No.', undefined, { cause: new Error('why') });
        const { code, message } = error;
        expect(codec.encodeError(error)).toBe(codec.encodeError({ code, message }));
      });
    });

    describe('writing a message', () => {
      const written: [string, unknown][] = [
        ['a string', 'hello'],
        ['an empty string', ''],
        ['a string with quotes and line breaks', '"a"\r\n\\'],
        ['a string that looks like JSON', '{"a":1}'],
        ['a string with a null character', 'a\u0000b'],
        ['a string outside the basic plane', 'çà 😀'],
        ['line separators', '\u2028\u2029'],
      ];

      it.each(written)('keeps %s', (_, data) => {
        const text = codec.encodeMessage(Message.of('m-1', data, 'anna'))!;
        expect(samples.readMessage(text).data).toBe(data);
      });

      it('keeps any string', () => {
        fc.assert(
          fc.property(fc.string({ unit: 'grapheme' }), (data) => {
            const text = codec.encodeMessage(Message.of('m-1', data))!;
            expect(samples.readMessage(text).data).toBe(data);
          }),
        );
      });

      const values = [{}, { a: [1, { b: null }] }, [], [1, 'two'], null, 0, -1.5, true, false];
      it.each(values.map((data) => ({ data, json: JSON.stringify(data) })))(
        'writes $json so that its JSON can be read',
        ({ data }) => {
          const read = samples.readMessage(codec.encodeMessage(Message.of('m-1', data))!).data;
          expect(typeof read === 'string' ? JSON.parse(read) : read).toEqual(data);
        },
      );

      it('writes the same when the message came as JSON from another node', () => {
        fc.assert(
          fc.property(fc.jsonValue(), fc.option(fc.string(), { nil: undefined }), (data, from) => {
            const here = Message.of('m-1', data, from);
            const there = Message.fromJson('m-1', here.json, from);
            expect(codec.encodeMessage(there)).toBe(codec.encodeMessage(here));
          }),
        );
      });

      it('writes the same when the value turns itself into a string', () => {
        const here = Message.of('m-1', new Date(0));
        const there = Message.fromJson('m-1', here.json);
        expect(codec.encodeMessage(here)).toBe(codec.encodeMessage(there));
        expect(samples.readMessage(codec.encodeMessage(here)!).data).toBe(
          '1970-01-01T00:00:00.000Z',
        );
      });

      it('names the sender only where the codec does, and the application never', () => {
        const fromClient = codec.encodeMessage(Message.of('m-1', 'hi', 'an"na'))!;
        const fromApplication = codec.encodeMessage(Message.of('m-1', 'hi'))!;
        expect(samples.readMessage(fromClient).from).toBe(
          samples.namesSender ? 'an"na' : undefined,
        );
        expect(samples.readMessage(fromApplication)).not.toHaveProperty('from');
      });

      it('writes notices as frames of their own, if it has such frames', () => {
        const notice = Message.notice('m-1', 'settled', { id: 'm-1', offset: 7 });
        expect(codec.encodeMessage(notice)).toBe(samples.settled);
      });
    });
  });
}

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
