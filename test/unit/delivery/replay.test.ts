import { describe, expect, it } from 'vitest';
import { PAGE, Replay } from '../../../src/delivery/replay.js';
import { UidStream } from '../../../src/delivery/streams/uid-stream.js';
import { MemoryArchive } from '../../../src/history/memory/memory-archive.js';
import { MemoryHistory } from '../../../src/history/memory/memory.history.js';
import { JsonCodec } from '../../../src/protocol/json.codec.js';
import { Message } from '../../../src/protocol/message.js';
import { Connection } from '../../../src/registry/connection.js';
import type { OutboundFrame } from '../../../src/registry/transport.js';
import { Signals } from '../../../src/signals/signals.js';
import { checkHistoryOptions } from '../../support/history-options.js';
import { pageIn } from '../../support/history-node.js';

/** A socket of which the test says when there is room for more. */
class SlowSocket {
  readonly offsets: number[] = [];
  readonly reserved: number[] = [];
  readonly ends: unknown[] = [];
  private makeRoom: () => void = () => undefined;

  writeAll(frames: readonly OutboundFrame[]): Promise<void> {
    for (const { text } of frames) {
      this.offsets.push((JSON.parse(text) as { data: { offset: number } }).data.offset);
    }
    return new Promise((resolve) => (this.makeRoom = resolve));
  }

  reserve(bytes: number): void {
    this.reserved.push(bytes);
  }

  release(offset: number): void {
    this.ends.push(offset);
  }

  shut(code: number): void {
    this.ends.push({ code });
  }

  async reads(): Promise<void> {
    this.makeRoom();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const BYTES = 10_000;

/** Somebody who missed so many messages of 10,000 bytes, and how they get them. */
function missed(count: number) {
  const history = new MemoryHistory(
    new MemoryArchive(checkHistoryOptions({ maxBytes: 10_000_000 })),
    () => undefined,
  );
  const data = 'x'.repeat(BYTES - 2);
  for (let i = 0; i < count; i++) history.append(['ada'], Message.of(`m-${i}`, data));
  const { recovery } = history.open('ada', { recover: { from: 'unread', limit: PAGE } });
  const stream = new UidStream('ada');
  const details = { uid: 'ada', codec: new JsonCodec(), address: '' };
  const connection = new Connection('@aaaaaaaaaa.1', {} as never, details);
  const receiver = { connection, stream, catchup: stream.beginCatchup(connection) };
  const streams = {
    notes: { add: () => undefined },
    reports: { replayed: () => undefined },
    signals: new Signals(),
  };
  const replay = new Replay(history, streams as never, receiver, pageIn(recovery));
  return { history, replay, connection };
}

describe('what somebody missed', () => {
  it('is sent as fast as it is read, and what is in memory until then is told', async () => {
    const { replay } = missed(5);
    const socket = new SlowSocket();
    const running = replay.run(socket);
    expect(socket.offsets).toEqual([1, 2]);
    expect(socket.reserved).toEqual([3 * BYTES]);
    await socket.reads();
    expect(socket.offsets).toEqual([1, 2, 3, 4]);
    expect(socket.reserved).toEqual([3 * BYTES, BYTES]);
    await socket.reads();
    await socket.reads();
    await running;
    expect(socket.offsets).toEqual([1, 2, 3, 4, 5]);
    expect(socket.reserved.at(-1)).toBe(0);
    expect(socket.ends).toEqual([5]);
  });

  it('is a page in memory, the next of which is read when this one is sent', async () => {
    const { replay } = missed(60);
    const socket = new SlowSocket();
    const running = replay.run(socket);
    while (socket.ends.length === 0) await socket.reads();
    await running;
    expect(socket.offsets).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(Math.max(...socket.reserved)).toBeLessThan(256 * 1_024 + BYTES);
    expect(socket.reserved.filter((bytes) => bytes === 0)).toHaveLength(3);
  });

  it('ends with the socket', async () => {
    const { replay, connection } = missed(5);
    const socket = new SlowSocket();
    const running = replay.run(socket);
    connection.markClosed();
    await socket.reads();
    await running;
    expect(socket.offsets).toEqual([1, 2]);
    expect(socket.ends).toEqual([]);
  });
});
