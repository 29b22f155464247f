import { describe, expect, it } from 'vitest';
import { Codecs } from '../../../src/protocol/codecs.js';
import { FrameException } from '../../../src/protocol/push.exception.js';
import { readJsonFrame } from '../../support/server-frames.js';
import {
  encode,
  firstVectors,
  laterVectors,
  serverVectors,
  type ClientVector,
} from '../../support/vectors.js';

const codecs = new Codecs();

/** Frames that are text; a binary message never comes to a codec. */
function textual<Meaning>(vectors: ClientVector<Meaning>[]) {
  return vectors.flatMap(({ text, ...rest }) => (text === undefined ? [] : [{ text, ...rest }]));
}

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('Waited for an exception, but nothing was thrown.');
}

describe.each(['json', 'text'] as const)('golden frames of %s, seen by the server', (name) => {
  const codec = codecs[name];
  const first = textual(firstVectors(name)).map((vector) => ({
    ...vector,
    decode: (): unknown => codec.decodeFirst(vector.text),
  }));
  const later = textual(laterVectors(name)).map((vector) => ({
    ...vector,
    decode: (): unknown => codec.decode(vector.text),
  }));

  describe.each([
    ['a first message', first],
    ['a later message', later],
  ])('%s', (_, vectors) => {
    it.each(vectors.filter(({ means }) => means !== undefined))(
      'decodes to its meaning: $name',
      ({ decode, means }) => {
        expect(decode()).toEqual(means);
      },
    );

    const refused = vectors.filter(({ means }) => means === undefined);
    it.each(refused)(
      'is refused with its code, and its id as far as it could be read: $name',
      ({ decode, answer }) => {
        const error = thrownBy(decode);
        expect(error).toBeInstanceOf(FrameException);
        expect(error).toMatchObject({ code: answer?.code, frameId: answer?.id });
      },
    );
  });

  it.each(serverVectors(name))('encodes to exactly its text: $name', ({ frame, text }) => {
    expect(encode(codec, frame)).toBe(text);
  });
});

describe('golden frames of json, seen by a client that knows PROTOCOL.md alone', () => {
  it.each(serverVectors('json'))('says what was meant: $name', ({ frame, text }) => {
    expect(readJsonFrame(text ?? '')).toEqual(frame);
  });
});

describe('golden frames', () => {
  it.each([
    firstVectors('json'),
    laterVectors('json'),
    serverVectors('json'),
    firstVectors('text'),
    laterVectors('text'),
    serverVectors('text'),
  ])('have names that are unique in their file', (...vectors) => {
    const names = vectors.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });
});
