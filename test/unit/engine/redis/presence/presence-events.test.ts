import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ShardNames } from '../../../../../src/engine/redis/names.js';
import {
  PresenceEvents,
  Refused,
  type PresenceEvent,
} from '../../../../../src/engine/redis/presence/presence-events.js';
import { depart } from '../../../../../src/engine/redis/scripts/index.js';

const LEASE = 1_000;

/** Redis as far as it keeps events; what it is to answer to a script is `nextAnswer`. */
class FakeShard {
  readonly names = new ShardNames('push');
  /** By their steps. */
  readonly kept = new Map<string, string>();
  nextAnswer: Promise<string[]> = Promise.resolve([]);
  isDeaf = false;

  async run(_script: unknown, [node, call]: string[]): Promise<unknown> {
    this.kept.set('7', JSON.stringify([node, Number(call), ['+7 kept']]));
    return [8, 9, await this.nextAnswer, 'reply'];
  }

  send([command, , seq]: string[]): Promise<unknown> {
    if (command === 'ZRANGE') return Promise.resolve([...this.kept.values()]);
    if (this.isDeaf) return Promise.reject(new Error('the connection ended'));
    return Promise.resolve(Number(this.kept.delete(seq)));
  }
}

let shard: FakeShard;
let emitted: PresenceEvent[];
let noted: PresenceEvent[];
let events: PresenceEvents;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  shard = new FakeShard();
  emitted = [];
  noted = [];
  const node = {
    node: 'a000000000',
    presenceChanged: (uid: string, online: boolean, seq: number) =>
      emitted.push({ uid, online, seq }),
  };
  events = new PresenceEvents(shard, node, { note: (event) => noted.push(event) }, LEASE);
});
afterEach(() => vi.useRealTimers());

const KEPT = { uid: 'kept', online: true, seq: 7 };

it('what was answered is emitted when the caller says so, and Redis forgets it', async () => {
  shard.nextAnswer = Promise.resolve(['+7 ann', '-8 b b']);
  const { announce, reply, seq, heard } = await events.decide(depart, []);
  expect({ reply, seq, heard }).toEqual({ reply: ['reply'], seq: 8, heard: 9 });
  expect(emitted).toEqual([]);
  announce();
  expect(emitted).toEqual([
    { uid: 'ann', online: true, seq: 7 },
    { uid: 'b b', online: false, seq: 8 },
  ]);
  expect(shard.kept.size).toBe(0);
});

it('what will be emitted counts as told from the answer on', async () => {
  shard.nextAnswer = Promise.resolve(['+7 ann']);
  await events.decide(depart, []);
  expect(noted).toEqual([{ uid: 'ann', online: true, seq: 7 }]);
});

it('an empty answer is a refusal', async () => {
  shard.run = () => Promise.resolve([]);
  await expect(events.decide(depart, [])).rejects.toThrow(Refused);
});

it('what was not answered is emitted once, however often it is asked for', async () => {
  shard.nextAnswer = Promise.reject(new Error('the connection ended'));
  await expect(events.decide(depart, [])).rejects.toThrow();
  shard.isDeaf = true;
  expect(await events.announceMissed()).toBe(true);
  expect(await events.announceMissed()).toBe(false);
  shard.isDeaf = false;
  expect(await events.announceMissed()).toBe(false);
  expect(shard.kept.size).toBe(0);
  expect(emitted).toEqual([KEPT]);
});

it('what was emitted is not emitted again when Redis did not hear of that', async () => {
  shard.nextAnswer = Promise.resolve(['+7 kept']);
  const { announce } = await events.decide(depart, []);
  shard.isDeaf = true;
  announce();
  shard.isDeaf = false;
  expect(await events.announceMissed()).toBe(false);
  expect(shard.kept.size).toBe(0);
  expect(emitted).toEqual([KEPT]);
});

it('what is still to be answered is left to its answer', async () => {
  let answer: (events: string[]) => void = () => undefined;
  shard.nextAnswer = new Promise((resolve) => (answer = resolve));
  const deciding = events.decide(depart, []);
  expect(await events.announceMissed()).toBe(false);
  answer(['+7 kept']);
  (await deciding).announce();
  expect(emitted).toEqual([KEPT]);
});

it('what was answered and is not emitted yet is kept in Redis', async () => {
  shard.nextAnswer = Promise.resolve(['+7 kept']);
  const { announce } = await events.decide(depart, []);
  expect(await events.announceMissed()).toBe(false);
  expect(shard.kept.size).toBe(1);
  announce();
  expect(shard.kept.size).toBe(0);
});

it('what other nodes are to emit is left to them', async () => {
  shard.kept.set('5', JSON.stringify(['b000000000', 1, ['+5 ben']]));
  expect(await events.announceMissed()).toBe(false);
  expect(emitted).toEqual([]);
});

it('an answer that is acted on late is left to the next beat, should nobody have been quicker', async () => {
  for (const isInherited of [false, true]) {
    emitted.length = 0;
    shard.nextAnswer = Promise.resolve(['+7 kept']);
    const { announce } = await events.decide(depart, []);
    vi.advanceTimersByTime(LEASE);
    if (isInherited) shard.kept.clear();
    announce();
    expect(emitted).toEqual([]);
    expect(await events.announceMissed()).toBe(!isInherited);
    expect(emitted).toEqual(isInherited ? [] : [KEPT]);
  }
});
