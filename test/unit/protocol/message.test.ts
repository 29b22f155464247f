import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Message } from '../../../src/protocol/message.js';

afterEach(() => {
  vi.restoreAllMocks();
});

function thrownBy(data: unknown): unknown {
  try {
    Message.of('m-1', data);
  } catch (error) {
    return error;
  }
  throw new Error('Waited for an exception, but nothing was thrown.');
}

describe('a message', () => {
  it('keeps its id and its sender', () => {
    expect(Message.of('m-1', 'hi', 'anna')).toMatchObject({ id: 'm-1', from: 'anna' });
    expect(Message.fromJson('m-2', '1', 'anna')).toMatchObject({ id: 'm-2', from: 'anna' });
    expect(Message.of('m-3', 'hi').from).toBeUndefined();
  });

  it('is the same at a place in a stream, and knows that place', () => {
    const message = Message.of('m-1', { a: 1 }, 'anna');
    const placed = message.at({ epoch: 'e', offset: 7 });
    expect(message.position).toBeUndefined();
    expect(placed).toMatchObject({ id: 'm-1', from: 'anna', position: { epoch: 'e', offset: 7 } });
    expect([placed.json, placed.text]).toEqual([message.json, message.text]);
  });

  it('is the same as a request, whose frame has its id and its data', () => {
    const request = Message.of('m-1', 'hi', 'anna').asRequest({ node: 'n', timeout: 1 });
    expect(request).toMatchObject({ id: 'm-1', notice: 'request', from: undefined });
    expect(request.awaited).toEqual({ node: 'n', timeout: 1 });
    expect(request.json).toBe('{"id":"m-1","data":"hi"}');
  });

  it('is in text the bare string, and in json its JSON', () => {
    const message = Message.of('m-1', 'say "hi"');
    expect(message.text).toBe('say "hi"');
    expect(message.json).toBe('"say \\"hi\\""');
  });

  it.each([[{ a: 1 }], [[1, 2]], [null], [0], [false]])(
    'is in both its JSON when it is no string: %j',
    (data) => {
      const message = Message.of('m-1', data);
      expect(message.json).toBe(JSON.stringify(data));
      expect(message.text).toBe(message.json);
    },
  );

  it('has the same forms on every node, whatever it was made from', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.date({ noInvalidDate: true })), (data) => {
        const here = Message.of('m-1', data);
        const there = Message.fromJson('m-1', here.json);
        expect(there.json).toBe(here.json);
        expect(there.text).toBe(here.text);
      }),
    );
  });

  it('is text as it is when it came as the JSON of an empty string', () => {
    expect(Message.fromJson('m-1', '""').text).toBe('');
  });

  it('is written once however many receivers it has', () => {
    const stringify = vi.spyOn(JSON, 'stringify');
    const ofObject = Message.of('m-1', { a: 1 });
    const ofString = Message.of('m-2', '');
    for (let i = 0; i < 3; i++) void [ofObject.json, ofObject.text, ofString.json, ofString.text];
    expect(stringify).toHaveBeenCalledTimes(2);
  });

  it('is read at most once when it came as JSON', () => {
    const parse = vi.spyOn(JSON, 'parse');
    const ofObject = Message.fromJson('m-1', '{"a":1}');
    const ofString = Message.fromJson('m-2', '""');
    for (let i = 0; i < 3; i++) void [ofObject.text, ofObject.json, ofString.json, ofString.text];
    expect(parse).toHaveBeenCalledTimes(1);
  });

  it('is what its data was when it was made', () => {
    const data = { a: 1 };
    const message = Message.of('m-1', data);
    data.a = 2;
    expect(message.json).toBe('{"a":1}');
  });

  const circular: unknown[] = [];
  circular.push(circular);
  const deep: unknown = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);

  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a BigInt', 1n],
    ['a BigInt inside', { n: 1n }],
    ['a circular structure', circular],
    ['a structure nested too deeply', deep],
    [
      'an object that will not be JSON',
      {
        toJSON() {
          throw new Error('no');
        },
      },
    ],
  ])('cannot be made of %s', (_, data) => {
    expect(thrownBy(data)).toMatchObject({
      name: 'PushException',
      code: 'VALIDATION_FAILED',
      details: [{ field: 'data', errors: ['data must be a JSON value'] }],
    });
  });
});
