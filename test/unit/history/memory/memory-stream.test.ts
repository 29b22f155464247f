import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Entry } from '../../../../src/history/memory/entry.js';
import { MemoryStream } from '../../../../src/history/memory/memory-stream.js';
import { Message } from '../../../../src/protocol/message.js';

function entryAt(offset: number): Entry {
  const message = Message.of(`m-${offset}`, offset).at({ epoch: 'e', offset });
  return new Entry('ann', message, 0, 0, offset, false, undefined);
}

describe('a stream in memory', () => {
  it('has at every offset what was appended there, and nothing before its first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('push', 'push', 'shift'), { maxLength: 400 }),
        (steps) => {
          const stream = new MemoryStream('e', 0);
          const model: Entry[] = [];
          for (const step of steps) {
            if (step === 'push') {
              const entry = entryAt(stream.top + 1);
              stream.push(entry);
              model.push(entry);
            } else if (model.length > 0) {
              expect(stream.shift()).toBe(model.shift());
            }
            expect(stream.length).toBe(model.length);
            expect(stream.oldest).toBe(model[0]);
            expect(stream.first).toBe(model[0]?.offset ?? stream.top + 1);
            expect(stream.bytes).toBe(model.reduce((sum, { size }) => sum + size, 0));
          }
          for (const entry of model) expect(stream.at(entry.offset)).toBe(entry);
          expect(stream.at(stream.first - 1)).toBeUndefined();
          expect(stream.at(stream.top + 1)).toBeUndefined();
        },
      ),
    );
  });
});
