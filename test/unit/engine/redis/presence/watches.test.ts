import { beforeEach, describe, expect, it } from 'vitest';
import { Watches } from '../../../../../src/engine/redis/presence/watches.js';
import { ShardNames } from '../../../../../src/engine/redis/names.js';
import { until } from '../../../../support/until.js';

/** Online, the step as of which, whether that is certain. */
type Standing = [online: 0 | 1, seq: number, certain: 0 | 1];

/** What Redis answers of each uid; undefined while it is away. */
let standings: Map<string, Standing> | undefined;
let listening: Set<string>;
let asked: string[][];
let seen: string[];
let watches: Watches;

const names = new ShardNames('push');
const change = (online: boolean, seq: number): string => JSON.stringify({ online, seq });

beforeEach(() => {
  standings = new Map();
  listening = new Set();
  asked = [];
  seen = [];
  const subscriptions = {
    want: (channel: string): Promise<void> => {
      listening.add(channel);
      return standings === undefined ? Promise.reject(new Error('away')) : Promise.resolve();
    },
    drop: (channel: string): Promise<void> => {
      listening.delete(channel);
      return Promise.resolve();
    },
  };
  const run = (_: unknown, [patience, ...uids]: string[]): Promise<unknown> => {
    if (standings === undefined) return Promise.reject(new Error('away'));
    expect(patience).toBe('1000');
    asked.push(uids);
    return Promise.resolve(uids.map((uid) => standings!.get(uid) ?? [0, 7, 1]));
  };
  const shard = { names, subscriptions, run } as unknown as ConstructorParameters<
    typeof Watches
  >[0];
  const presenceSeen = (uid: string, online: boolean, seq: number): void => {
    seen.push(`${online ? '+' : '-'}${uid} ${seq}`);
  };
  watches = new Watches(shard, { presenceSeen }, 1_000);
});

/** Looks at what is not certain, until Redis has answered that. */
async function lookAgain(): Promise<void> {
  const before = asked.length;
  watches.lookAgain();
  await until('it was asked', () => asked.length > before);
  await Promise.resolve();
}

describe('a uid that a node watches', () => {
  it('is looked at once this node listens, and only by the first who watches', async () => {
    standings!.set('ann', [1, 5, 1]);
    await watches.watch(['ann', 'ben']);
    await watches.watch(['ann', 'ben']);
    expect(asked).toEqual([['ann', 'ben']]);
    expect(seen).toEqual(['+ann 5', '-ben 7']);
    expect([...listening]).toEqual(['push:watching', 'push:presence:ann', 'push:presence:ben']);
    watches.unwatch(['ann']);
    expect([...listening]).toEqual(['push:watching', 'push:presence:ben']);
    watches.unwatch(['ben']);
    expect([...listening]).toEqual([]);
  });

  it('is told each change once, and none that comes late or of another', async () => {
    await watches.watch(['ann']);
    watches.hear('ann', change(true, 8));
    watches.hear('ann', change(true, 8));
    watches.hear('ann', change(false, 6));
    watches.hear('eve', change(true, 9));
    watches.hear('ann', change(false, 10));
    expect(seen).toEqual(['-ann 7', '+ann 8', '-ann 10']);
  });

  it.each([
    '',
    'null',
    '[]',
    '{"online":true}',
    '{"online":1,"seq":9}',
    '{"online":true,"seq":0.5}',
  ])('is told nothing by what is no change: %s', async (text) => {
    await watches.watch(['ann']);
    expect(() => watches.hear('ann', text)).toThrow();
    expect(seen).toEqual(['-ann 7']);
  });

  it('that changes while it is looked at is told as it stands in the end', async () => {
    const looking = watches.watch(['ann']);
    await until('it is asked', () => asked.length === 1);
    watches.hear('ann', change(true, 8));
    await looking;
    expect(seen.at(-1)).toBe('+ann 8');
  });

  it('is looked at again when something may have been missed, and told what is different', async () => {
    standings!.set('ann', [1, 5, 1]);
    await watches.watch(['ann', 'ben']);
    standings!.set('ann', [0, 9, 1]);
    watches.doubt();
    await until('it is told', () => seen.length === 3);
    expect(seen).toEqual(['+ann 5', '-ben 7', '-ann 9']);
    const looks = asked.length;
    watches.lookAgain();
    expect(asked).toHaveLength(looks);
  });

  it('stands as it was told until the contrary is certain', async () => {
    standings!.set('ann', [1, 5, 1]);
    await watches.watch(['ann']);
    standings!.set('ann', [0, 0, 0]);
    watches.doubt();
    await lookAgain();
    expect(seen).toEqual(['+ann 5']);
    standings!.set('ann', [0, 6, 1]);
    await lookAgain();
    expect(seen).toEqual(['+ann 5', '-ann 6']);
  });

  it('of which nothing was told yet is told before it is certain, and then what is different', async () => {
    standings!.set('ann', [1, 5, 0]);
    await watches.watch(['ann']);
    expect(seen).toEqual(['+ann 5']);
    standings!.set('ann', [0, 6, 1]);
    await lookAgain();
    expect(seen).toEqual(['+ann 5', '-ann 6']);
  });

  it('is told with a higher number though the data of Redis has a lower one', async () => {
    standings!.set('ann', [1, 50, 1]);
    await watches.watch(['ann']);
    standings!.set('ann', [0, 3, 1]);
    watches.doubt();
    await until('it is told', () => seen.length === 2);
    expect(seen[1]).toBe('-ann 51');
  });

  it('from a time without Redis is told when it is back', async () => {
    standings = undefined;
    await watches.watch(['ann']);
    expect(seen).toEqual([]);
    standings = new Map([['ann', [1, 5, 1]]]);
    watches.doubt();
    await until('it is told', () => seen.length === 1);
    expect(seen).toEqual(['+ann 5']);
  });

  it('that is unwatched meanwhile is told nothing', async () => {
    const looking = watches.watch(['ann']);
    watches.unwatch(['ann']);
    await looking;
    watches.hear('ann', change(true, 8));
    expect(seen).toEqual([]);
    expect([...listening]).toEqual([]);
  });
});
