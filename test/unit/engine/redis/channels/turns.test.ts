import { beforeEach, describe, expect, it } from 'vitest';
import { Turns } from '../../../../../src/engine/redis/channels/turns.js';
import type { NodeHandler } from '../../../../../src/engine/node-handler.js';
import { Message } from '../../../../../src/protocol/message.js';

const delivered: [string, string][] = [];
const node = {
  deliver: ({ uid }: { uid: string }, message: Message) => delivered.push([uid, message.id]),
} as unknown as NodeHandler;

const message = (id: string): Message => Message.of(id, id);

let turns: Turns;
beforeEach(() => {
  delivered.length = 0;
  turns = new Turns(node);
});

describe('messages of a node to a uid', () => {
  it('wait for nothing if none is on its way', () => {
    expect(turns.defer('ann', message('1'), undefined)).toBe(false);
    expect(turns.isEmpty).toBe(true);
  });

  it('wait for those before them, and not for those of other uids', () => {
    const first = turns.take('ann', undefined);
    expect(turns.defer('ann', message('2'), undefined)).toBe(true);
    const third = turns.take('ann', undefined);
    expect(turns.defer('ann', message('4'), undefined)).toBe(true);
    expect(turns.defer('ben', message('5'), undefined)).toBe(false);
    turns.settle(third, message('3'));
    expect(delivered).toEqual([]);
    turns.settle(first, message('1'));
    expect(delivered.map(([, id]) => id)).toEqual(['1', '2', '3', '4']);
    expect(turns.isEmpty).toBe(true);
  });

  it('do not wait for one that came to nothing', () => {
    const first = turns.take('ann', undefined);
    turns.defer('ann', message('2'), undefined);
    turns.settle(first, null);
    expect(delivered).toEqual([['ann', '2']]);
    expect(turns.isEmpty).toBe(true);
  });
});
