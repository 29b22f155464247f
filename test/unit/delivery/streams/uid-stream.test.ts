import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UidStream } from '../../../../src/delivery/streams/uid-stream.js';
import { Message } from '../../../../src/protocol/message.js';

function arrival(offset: number, epoch = 'e') {
  return { message: Message.of(`m-${offset}`, offset).at({ epoch, offset }) };
}

function begun(offset = 0): UidStream {
  const stream = new UidStream('ada');
  stream.begin({ epoch: 'e', offset });
  return stream;
}

/** Takes out everything whose turn has come. */
function taken(stream: UidStream): number[] {
  const offsets: number[] = [];
  for (let next = stream.next(); next !== undefined; next = stream.next()) {
    const { offset } = next.message.position!;
    offsets.push(offset);
    stream.passTo(offset);
  }
  return offsets;
}

describe('the stream of a uid on a node', () => {
  it('gives each message its turn, in whichever order they come', () => {
    const orders = fc.integer({ min: 1, max: 60 }).chain((count) => {
      const offsets = Array.from({ length: count }, (_, i) => i + 1);
      return fc.shuffledSubarray(offsets, { minLength: count });
    });
    fc.assert(
      fc.property(orders, (order) => {
        const stream = begun();
        const given: number[] = [];
        for (const offset of order) {
          if (offset > stream.offset) stream.keep(arrival(offset));
          given.push(...taken(stream));
        }
        expect(given).toEqual(order.map((_, i) => i + 1));
        expect(stream.isBehind).toBe(false);
      }),
    );
  });

  it('keeps 64 messages that wait, those whose turn comes first, and knows of the others', () => {
    const stream = begun();
    for (let offset = 100; offset > 1; offset--) stream.keep(arrival(offset));
    stream.passTo(1);
    expect(taken(stream)).toEqual(Array.from({ length: 64 }, (_, i) => i + 2));
    expect(stream.isBehind).toBe(true);
  });

  it('begins before the first message that has come, whatever the end of the stream is by then', () => {
    const stream = new UidStream('ada');
    stream.keep(arrival(7));
    stream.keep(arrival(8));
    stream.begin({ epoch: 'e', offset: 8 });
    expect(stream.position).toEqual({ epoch: 'e', offset: 6 });
    expect(taken(stream)).toEqual([7, 8]);
  });

  it('forgets messages of another epoch when it begins', () => {
    const stream = new UidStream('ada');
    stream.keep(arrival(3, 'old'));
    stream.begin({ epoch: 'e', offset: 5 });
    expect(stream.position).toEqual({ epoch: 'e', offset: 5 });
    expect(stream.next()).toBeUndefined();
    expect(stream.isBehind).toBe(false);
  });

  it('knows what was settled before its turn, and forgets it afterwards', () => {
    const stream = begun();
    stream.settle({ epoch: 'e', offset: 2 });
    expect([1, 2].map((offset) => stream.isSettled(offset))).toEqual([false, true]);
    stream.passTo(2);
    stream.settle({ epoch: 'e', offset: 1 });
    expect([1, 2].map((offset) => stream.isSettled(offset))).toEqual([false, false]);
  });

  it('does not take what was settled in another epoch for its own', () => {
    const stream = new UidStream('ada');
    stream.settle({ epoch: 'old', offset: 2 });
    stream.settle({ epoch: 'e', offset: 3 });
    stream.begin({ epoch: 'e', offset: 1 });
    expect([2, 3].map((offset) => stream.isSettled(offset))).toEqual([false, true]);
    stream.begin({ epoch: 'new', offset: 0 });
    stream.settle({ epoch: 'e', offset: 4 });
    expect([3, 4].map((offset) => stream.isSettled(offset))).toEqual([false, false]);
  });
});
