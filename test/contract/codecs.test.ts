import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Codecs } from '../../src/protocol/codecs.js';
import type { FrameId } from '../../src/protocol/frames.js';
import { JsonCodec } from '../../src/protocol/json.codec.js';
import { isUid } from '../../src/protocol/names.js';
import { FrameException } from '../../src/protocol/push.exception.js';
import { TextCodec } from '../../src/protocol/text.codec.js';
import { describeCodec } from './codec.contract.js';

const anyId = fc.oneof(fc.string({ unit: 'binary', maxLength: 128 }), fc.double(), fc.integer());

describeCodec('JsonCodec', () => new JsonCodec(), {
  first: [
    { text: '{"event":"auth","data":{"uid":"anna"}}', means: { credential: { uid: 'anna' } } },
    {
      text: '{"id":"","event":"auth","data":{"token":"t","device":"phone"}}',
      means: { credential: { token: 't', device: 'phone' }, device: 'phone', id: '' },
    },
  ],
  frames: [
    { text: '{"event":"ping"}', means: { event: 'ping', data: undefined } },
    { text: '{"event":"ping","data":null,"id":0}', means: { event: 'ping', data: null, id: 0 } },
    { text: ' {"data":[1],"event":"a b","more":1} ', means: { event: 'a b', data: [1] } },
    {
      text: '{"event":"x","data":"__proto__ \\u005f_proto__"}',
      means: { event: 'x', data: '__proto__ __proto__' },
    },
  ],
  refusedFirst: [
    ...['', '{', 'anna', '[]', '7', 'null', '"auth"', '{}', '{"event":"ping"}'].map(
      (text) => ({ text, code: 'AUTH_REQUIRED' }) as const,
    ),
    ...['', ',"data":null', ',"data":[]', ',"data":"anna"', ',"data":{"device":""}'].map(
      (rest) => ({ text: `{"event":"auth"${rest}}`, code: 'AUTH_FAILED' }) as const,
    ),
  ],
  refused: [
    ...['', 'x', '{', '{}', '[]', 'null', 'true', '7', '"a"', '{"event":""}', '{"event":7}'],
    ...['null', 'true', '{}', '[]', '1e999', '-1e999', `"${'i'.repeat(129)}"`].map(
      (id) => `{"event":"ping","id":${id}}`,
    ),
    '{"event":"ping","__proto__":1}',
    '{"event":"ping","data":{"__proto__":null}}',
    '{"event":"ping","data":[[{"a":{"__proto__":{}}}]]}',
    '{"event":"ping","data":{"\\u005f\\u005fproto__":{}}}',
    '{"event":"ping","data":{"\\u005F_\\u0070\\u0072\\u006f\\u0074\\u006F__":{}}}',
  ].map((text) => ({ text, code: 'BAD_FRAME' }) as const),
  almost: fc
    .record(
      {
        event: fc.oneof(fc.constantFrom('auth', 'send', 'ping', ''), fc.jsonValue()),
        data: fc.jsonValue(),
        id: fc.oneof(anyId, fc.jsonValue()),
      },
      { requiredKeys: [] },
    )
    .map((frame) => JSON.stringify(frame)),
  write: (to, data) => JSON.stringify({ event: 'send', data: { to, data } }),
  uids: fc.string({ unit: 'grapheme', maxLength: 128 }).filter(isUid),
  readMessage: (text) => {
    const { event, data } = JSON.parse(text) as {
      event: string;
      data: { id: string; from?: string; data: unknown };
    };
    expect(event).toBe('message');
    const { id, ...rest } = data;
    expect(id).toBe('m-1');
    return rest;
  },
  namesSender: true,
  settled: '{"event":"settled","data":{"id":"m-1","offset":7}}',
  readError: (text) => (JSON.parse(text) as { data: { code: string; message: string } }).data,
});

describeCodec('TextCodec', () => new TextCodec(), {
  first: ['anna', '', 'a:b', '{"event":"auth"}', 'line\nbreak'].map((text) => ({
    text,
    means: { credential: text },
  })),
  frames: [
    { text: 'ben:hello', means: { event: 'send', data: { to: 'ben', data: 'hello' } } },
    { text: 'ben:a:b:c', means: { event: 'send', data: { to: 'ben', data: 'a:b:c' } } },
    { text: 'ben:', means: { event: 'send', data: { to: 'ben', data: '' } } },
    { text: 'all:hi', means: { event: 'broadcast', data: { data: 'hi' } } },
    { text: 'All:hi', means: { event: 'send', data: { to: 'All', data: 'hi' } } },
    { text: '__proto__:x', means: { event: 'send', data: { to: '__proto__', data: 'x' } } },
  ],
  refusedFirst: [],
  refused: ['', 'hello', ':', ':hello', '::'].map((text) => ({ text, code: 'BAD_FRAME' })),
  almost: fc.tuple(fc.string(), fc.string()).map((parts) => parts.join(':')),
  write: (to, data) => `${to}:${data}`,
  uids: fc.string({ unit: 'grapheme', maxLength: 128 }).filter((s) => isUid(s) && !s.includes(':')),
  readMessage: (data) => ({ data }),
  namesSender: false,
  settled: undefined,
  readError: (text) => {
    const [, code = '', message = ''] = /^error:([A-Z_]+):(.*)$/s.exec(text) ?? [];
    return { code, message };
  },
});

describe('JsonCodec', () => {
  const codec = new JsonCodec();

  it('repeats any id that it takes, unchanged', () => {
    fc.assert(
      fc.property(anyId, (id) => {
        // NaN and the infinities have no JSON, and -0 is written as 0.
        fc.pre(typeof id === 'string' || (Number.isFinite(id) && !Object.is(id, -0)));
        const { id: read } = codec.decode(JSON.stringify({ event: 'ping', id }));
        const reply = JSON.parse(codec.encodeReply('pong', undefined, read)) as { id: FrameId };
        expect(reply.id).toBe(id);
      }),
    );
  });

  it.each([
    ['{"event":5,"id":7}', 7],
    ['{"event":"ping","data":{"__proto__":1},"id":"a"}', 'a'],
    ['{"event":"ping","id":null}', undefined],
    ['not json', undefined],
  ])('knows the id of a refused frame as far as it could be read: %s', (text, frameId) => {
    expect(() => codec.decode(text)).toThrow(expect.objectContaining({ frameId }));
  });

  it.each([
    ['{"event":"send","id":1}', 1],
    ['{"event":"auth","id":2,"data":null}', 2],
    ['{"event":"auth","id":3,"data":{"__proto__":1}}', 3],
    ['{"event":"auth","id":4,"data":{"device":1}}', 4],
    ['auth', undefined],
  ])('knows the id of a refused first message: %s', (text, frameId) => {
    expect(() => codec.decodeFirst(text)).toThrow(FrameException);
    expect(() => codec.decodeFirst(text)).toThrow(expect.objectContaining({ frameId }));
  });

  const jsonWithoutPrototypeKey = fc
    .jsonValue()
    .filter((value) => !JSON.stringify(value).includes('"__proto__":'));

  it('refuses the key __proto__ wherever it is, and only the key', () => {
    fc.assert(
      fc.property(jsonWithoutPrototypeKey, jsonWithoutPrototypeKey, (inner, outer) => {
        // Parsed, so that __proto__ is a key like any other.
        const data = JSON.stringify([outer, { deep: 'HERE' }]).replace(
          '"HERE"',
          () => `{"__proto__":${JSON.stringify(inner)}}`,
        );
        expect(() => codec.decode(`{"event":"x","data":${data}}`)).toThrow(/__proto__/);
        const harmless = data.replace('"__proto__":', '"__proto_":');
        expect(codec.decode(`{"event":"x","data":${harmless}}`).data).toEqual(JSON.parse(harmless));
      }),
    );
  });

  it('leaves prototypes alone', () => {
    expect(() => codec.decode('{"event":"x","data":{"__proto__":{"polluted":1}}}')).toThrow();
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('TextCodec', () => {
  it('welcomes with the sentence of the options', () => {
    const codec = new TextCodec({ welcome: (uid) => `Welcome, ${uid}.` });
    expect(codec.encodeWelcome('anna')).toBe('Welcome, anna.');
  });

  it('welcomes in French unless told, as the Workerman example does', () => {
    expect(new TextCodec().encodeWelcome('anna')).toBe('Connexion réussie, votre uid est anna');
  });

  it('has no replies', () => {
    expect(new TextCodec().encodeReply()).toBeUndefined();
  });
});

describe('Codecs', () => {
  const codecs = new Codecs({ welcome: (uid) => uid });

  it('prefers json', () => {
    expect(codecs.subprotocols).toEqual(['push.v1.json', 'push.v1.text']);
  });

  it('finds a codec by its subprotocol, and none by any other name', () => {
    expect(codecs.bySubprotocol('push.v1.json')).toBe(codecs.json);
    expect(codecs.bySubprotocol('push.v1.text')).toBe(codecs.text);
    expect(codecs.bySubprotocol('')).toBeUndefined();
    expect(codecs.bySubprotocol('PUSH.V1.JSON')).toBeUndefined();
  });

  it('takes a first frame that begins with { for json, and any other for text', () => {
    expect(codecs.byFirstByte('{'.charCodeAt(0))).toBe(codecs.json);
    for (const start of ['[', ' ', '"', 'a']) {
      expect(codecs.byFirstByte(start.charCodeAt(0))).toBe(codecs.text);
    }
    expect(codecs.byFirstByte(undefined)).toBe(codecs.text);
  });

  it('gives its options to the text codec', () => {
    expect(codecs.text.encodeWelcome('anna', '@k3v9x0a1bz.7')).toBe('anna');
  });
});
