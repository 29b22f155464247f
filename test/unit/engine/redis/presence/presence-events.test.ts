import { beforeEach, expect, it } from 'vitest';
import { ShardNames } from '../../../../../src/engine/redis/names.js';
import { PresenceEvents } from '../../../../../src/engine/redis/presence/presence-events.js';
import { depart } from '../../../../../src/engine/redis/scripts/index.js';

/** Redis as far as it keeps events; what it is to answer to a script is `nextAnswer`. */
class FakeShard {
  readonly names = new ShardNames('push');
  readonly kept = new Map<string, string[]>();
  nextAnswer: Promise<string[]> = Promise.resolve([]);
  isDeaf = false;

  async run(_script: unknown, [, call]: string[]): Promise<unknown> {
    this.kept.set(call, ['+kept']);
    return [await this.nextAnswer];
  }

  send([command, , call]: string[]): Promise<unknown> {
    if (command === 'ZRANGE') {
      return Promise.resolve([...this.kept].map((entry) => JSON.stringify(entry)));
    }
    if (this.isDeaf) return Promise.reject(new Error('the connection ended'));
    return Promise.resolve(Number(this.kept.delete(call)));
  }
}

let shard: FakeShard;
let emitted: string[];
let events: PresenceEvents;

beforeEach(() => {
  shard = new FakeShard();
  emitted = [];
  events = new PresenceEvents(shard, {
    node: 'a000000000',
    presenceChanged: (uid, online) => emitted.push(`${online ? '+' : '-'}${uid}`),
  });
});

it('what was answered is emitted when the caller says so, and Redis forgets it', async () => {
  shard.nextAnswer = Promise.resolve(['+ann', '-ben']);
  const { announce } = await events.decide(depart, []);
  expect(emitted).toEqual([]);
  expect(announce()).toEqual([
    { uid: 'ann', online: true },
    { uid: 'ben', online: false },
  ]);
  expect(emitted).toEqual(['+ann', '-ben']);
  expect(shard.kept.size).toBe(0);
});

it('what was not answered is emitted once, however often it is asked for', async () => {
  shard.nextAnswer = Promise.reject(new Error('the connection ended'));
  await expect(events.decide(depart, [])).rejects.toThrow();
  shard.isDeaf = true;
  expect(await events.announceMissed()).toEqual([{ uid: 'kept', online: true }]);
  expect(await events.announceMissed()).toEqual([]);
  shard.isDeaf = false;
  expect(await events.announceMissed()).toEqual([]);
  expect(shard.kept.size).toBe(0);
  expect(emitted).toEqual(['+kept']);
});

it('what was emitted is not emitted again when Redis did not hear of that', async () => {
  shard.nextAnswer = Promise.resolve(['+ann']);
  const { announce } = await events.decide(depart, []);
  shard.isDeaf = true;
  announce();
  shard.isDeaf = false;
  expect(await events.announceMissed()).toEqual([]);
  expect(shard.kept.size).toBe(0);
  expect(emitted).toEqual(['+ann']);
});

it('what is still to be answered is left to its answer', async () => {
  let answer: (events: string[]) => void = () => undefined;
  shard.nextAnswer = new Promise((resolve) => (answer = resolve));
  const deciding = events.decide(depart, []);
  expect(await events.announceMissed()).toEqual([]);
  answer(['+ann']);
  (await deciding).announce();
  expect(emitted).toEqual(['+ann']);
});
