import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decode,
  encodeAnswer,
  encodeMessage,
  encodeNote,
  encodeOrder,
  signature,
  type Delivery,
} from '../../../../../src/engine/redis/channels/envelope.js';
import { Message } from '../../../../../src/protocol/message.js';

const NODE = 'abcdefghij';
const nextId = (): string => 'made-up';

function roundTrip(text: string): Delivery {
  return decode(text, nextId) as Delivery;
}

describe('an envelope', () => {
  it('carries any message unchanged', () => {
    const names = fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 3 });
    const from = fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined });
    fc.assert(
      fc.property(fc.jsonValue(), from, names, names, (data, sender, except, uids) => {
        const message = Message.of('id-1', data, sender);
        const text = encodeMessage(NODE, message, { except: new Set(except), uids });
        const received = roundTrip(text);
        expect(received.message.id).toBe('id-1');
        expect(received.message.from).toBe(sender);
        expect(received.message.json).toBe(message.json);
        expect(received.message.text).toBe(message.text);
        expect([...received.except!]).toEqual([...new Set(except)]);
        expect(received.uids).toEqual(uids);
        // It is JSON like any other to whoever does not know how we write it.
        expect(JSON.parse(text)).toMatchObject({ v: 1, o: NODE, id: 'id-1' });
        expect(text.startsWith(signature(NODE))).toBe(true);
      }),
    );
  });

  it('is not misled by data that looks like an envelope', () => {
    const data = { data: ',"data":', x: '{"v":1,"o":"' };
    const text = encodeMessage(NODE, Message.of('1', data, ',"data":'), {});
    expect(roundTrip(text).message.json).toBe(JSON.stringify(data));
    expect(roundTrip(text).message.from).toBe(',"data":');
  });

  it('that only begins as one of a node is read as any other', () => {
    const head = `${signature(NODE)}"1","from":"ann"`;
    for (const data of ['garbage', '', '1},"event":"forged"', '{"a":1}},{"b":2', '"a" "b"', '01']) {
      expect(() => roundTrip(`${head},"data":${data}}`)).toThrow();
    }
    expect(() => roundTrip(`${head},"data":1`)).toThrow();
    expect(() => roundTrip(`${head},"x":{"y":1,"data":2},"data":3`)).toThrow();
    expect(roundTrip(`${head},"data":1,"from":"ben"}`).message).toMatchObject({ from: 'ben' });
    expect(roundTrip(`${head},"data":{ "a" : 1 } }`).message.json).toBe('{"a":1}');
  });

  it('carries the position of a message that is kept', () => {
    const position = { epoch: '68f1a2b3.f4240.1', offset: 12 };
    const message = Message.of('1', { offset: 1 }, 'ben').at(position);
    const text = encodeMessage(NODE, message, { except: new Set(['x']) });
    expect(roundTrip(text).message.position).toEqual(position);
    expect(roundTrip(text).message.json).toBe('{"offset":1}');
    expect(JSON.parse(text)).toMatchObject(position);
    expect(() => roundTrip(text.replace('"offset":12', '"offset":"12"'))).toThrow('position');
  });

  it('carries a notice, and refuses one that is not known', () => {
    const message = Message.notice(
      '1',
      'settled',
      { id: '1', offset: 2 },
      { epoch: 'e', offset: 2 },
    );
    const text = encodeMessage(NODE, message);
    expect(roundTrip(text).message).toEqual(message);
    expect(() => roundTrip(text.replace('settled', 'unsettled'))).toThrow('"notice"');
  });

  it('carries a request, of which the answers are awaited by the node that sent it', () => {
    const plain = Message.of('1', { data: 'x' });
    const message = plain.asRequest({ node: NODE, timeout: 500 });
    const text = encodeMessage(NODE, message);
    expect(roundTrip(text).message).toMatchObject({
      id: '1',
      notice: 'request',
      awaited: { node: NODE, timeout: 500 },
      json: '{"id":"1","data":{"data":"x"}}',
    });
    expect(() => roundTrip(text.replace('"await":500', '"await":"x"'))).toThrow('milliseconds');
  });

  it('carries a note', () => {
    const note = { kind: 'receipt', ids: ['1'], data: null };
    expect(decode(encodeNote(note), nextId)).toEqual({ note });
    expect(() => decode('{"note":{"data":1}}', nextId)).toThrow('no data');
  });

  it('from outside needs data only', () => {
    const { message } = roundTrip(' { "data" : [ 1.50, "a" ] }');
    expect([message.id, message.from, message.json]).toEqual(['made-up', undefined, '[1.5,"a"]']);
  });

  it('carries orders and answers', () => {
    const order = { task: 'close', code: 4403, reason: 'x', replyTo: 'r' } as const;
    expect(decode(encodeOrder(NODE, order), nextId)).toEqual({
      ...order,
      origin: NODE,
      connection: undefined,
      group: undefined,
    });
    const answer = { answerTo: 'r', answer: [{ a: 1 }] };
    expect(decode(encodeAnswer(answer), nextId)).toEqual(answer);
  });
});
