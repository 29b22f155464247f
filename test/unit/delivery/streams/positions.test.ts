import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Positions } from '../../../../src/delivery/streams/positions.js';
import type { Arrival, UidStream } from '../../../../src/delivery/streams/uid-stream.js';
import { MemoryArchive } from '../../../../src/history/memory/memory-archive.js';
import { MemoryHistory } from '../../../../src/history/memory/memory.history.js';
import type { StreamPosition } from '../../../../src/protocol/frames.js';
import { Message } from '../../../../src/protocol/message.js';
import { checkHistoryOptions } from '../../../support/history-options.js';

/** Longer than a missing message is waited for. */
const LATE = 50;

/** Positions of a node over a history, and what they have done. */
class World {
  /** Data of messages that were handed over, and what else the connections were told. */
  readonly out: unknown[] = [];
  readonly doubted: UidStream[] = [];
  /** What was appended, in its order: the test says when it arrives. */
  readonly sent: Message[] = [];
  readonly history = new MemoryHistory(
    new MemoryArchive(checkHistoryOptions({ maxLength: 10 })),
    (_uid, message) => void this.sent.push(message),
  );
  readonly positions = new Positions(
    this.history,
    {
      hand: (_stream, { message }: Arrival) => this.out.push(JSON.parse(message.json)),
      tell: (_stream, { message }) => this.out.push(message.notice),
      begunAnew: (_stream, { offset }) => this.out.push({ begunAnewAt: offset }),
      sendBack: ({ uid }, { code }) => {
        this.out.push({ closedWith: code });
        // With the last connection the uid has gone.
        this.positions.forget(uid);
      },
    },
    (stream) => void this.doubted.push(stream),
  );
  private count = 0;

  append(count = 1): void {
    for (let i = 0; i < count; i++) {
      const number = ++this.count;
      this.history.append(['ada'], Message.of(`m-${number}`, number));
    }
  }

  get top(): StreamPosition {
    return this.history.open('ada', {}).top;
  }

  /** Somebody of the uid is here from now on. */
  come(): UidStream {
    const stream = this.positions.of('ada');
    this.positions.compare(stream, this.top);
    return stream;
  }

  /** These of the messages that were appended arrive, counted from 1. */
  arrive(...numbers: number[]): void {
    for (const number of numbers) {
      this.positions.receive('ada', this.sent[number - 1], undefined);
    }
  }

  settle(number: number): void {
    const position = this.sent[number - 1].position!;
    const notice = Message.notice(`m-${number}`, 'settled', position, position);
    this.positions.receive('ada', notice, undefined);
  }
}

let world: World;
beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
});
afterEach(() => {
  world.positions.stop();
  vi.useRealTimers();
});

const later = () => vi.advanceTimersByTimeAsync(LATE);

describe('messages of a uid that is here', () => {
  it('are handed over as they come, and what comes twice is dropped', async () => {
    world.come();
    world.append(3);
    world.arrive(1, 1, 2, 3, 2);
    await later();
    expect(world.out).toEqual([1, 2, 3]);
  });

  it('that come too early wait for the one before them', async () => {
    world.come();
    world.append(3);
    world.arrive(3, 2);
    expect(world.out).toEqual([]);
    world.arrive(1);
    expect(world.out).toEqual([1, 2, 3]);
    await later();
    expect(world.out).toEqual([1, 2, 3]);
  });

  it('that were lost on the way are read, in their place', async () => {
    world.come();
    world.append(5);
    world.arrive(1, 5);
    await later();
    expect(world.out).toEqual([1, 2, 3, 4, 5]);
  });

  it('that were lost are read when the history says that there are more', async () => {
    const stream = world.come();
    world.append(2);
    world.positions.compare(stream, world.top);
    await later();
    expect(world.out).toEqual([1, 2]);
  });

  it('that came before it was known where the stream ends wait until it is', async () => {
    const stream = world.positions.of('ada');
    world.append(3);
    world.arrive(2, 3);
    expect(world.out).toEqual([]);
    world.positions.compare(stream, world.top);
    await later();
    expect(world.out).toEqual([2, 3]);
  });

  it('that were settled before their turn are not handed over', () => {
    world.come();
    world.append(3);
    world.settle(2);
    world.arrive(1, 2, 3);
    expect(world.out).toEqual(['settled', 1, 3]);
  });

  it('that are gone before they could be read end the connections, which then recover', async () => {
    world.come();
    world.append(12);
    world.arrive(12);
    await later();
    expect(world.out).toEqual([{ closedWith: 4510 }]);
    world.come();
    world.append();
    world.arrive(13);
    expect(world.out.slice(1)).toEqual([13]);
  });

  it('are not read for a uid that has gone meanwhile', async () => {
    world.come();
    world.append(2);
    world.arrive(2);
    world.positions.forget('ada');
    await later();
    expect(world.out).toEqual([]);
    expect(world.positions.count).toBe(0);
  });
});

describe('a stream that has begun anew', () => {
  const another = { epoch: 'another', offset: 4 };

  it('is in doubt as soon as a message of it comes, which nobody gets before that is known', () => {
    const stream = world.come();
    const message = Message.of('m', 'new').at({ epoch: 'another', offset: 1 });
    world.positions.receive('ada', message, undefined);
    expect(world.out).toEqual([]);
    expect(world.doubted).toEqual([stream]);
  });

  it('ends the connections that have got something of the old one', () => {
    const stream = world.come();
    world.append();
    world.arrive(1);
    world.positions.compare(stream, another);
    expect(world.out).toEqual([1, { closedWith: 4510 }]);
    expect(stream.position).toEqual(another);
  });

  it('is told to those that have got nothing, who get it from its beginning', () => {
    const stream = world.come();
    world.positions.compare(stream, another);
    expect(world.out).toEqual([{ begunAnewAt: 0 }]);
    expect(stream.position).toEqual({ epoch: 'another', offset: 0 });
    const message = Message.of('m', 'new').at({ epoch: 'another', offset: 1 });
    world.positions.receive('ada', message, undefined);
    expect(world.out.slice(1)).toEqual(['new']);
  });
});
