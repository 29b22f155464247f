import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Backlog } from '../../../../src/gateway/socket/backlog.js';
import { SlowReader } from '../../../../src/gateway/socket/slow-reader.js';
import { OutboundFrame } from '../../../../src/registry/transport.js';
import { Signals } from '../../../../src/signals/signals.js';

const STALL = 10_000;

let backlog: Backlog;
let signals: Signals;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const limits = { maxBufferedBytes: 50_000, maxTotalBufferedBytes: 200_000, stallTimeout: STALL };
  signals = new Signals();
  backlog = new Backlog(limits, signals);
});

afterEach(() => {
  backlog.stop();
  vi.useRealTimers();
});

/** A socket that takes what the test says. */
class FakeSocket {
  readonly heldBytes = 0;
  writeQueueSize = 0;
  readonly written: string[][] = [];
  readonly shut = vi.fn();
  readonly caughtUp = vi.fn();
  private readonly callbacks: (() => void)[] = [];
  readonly reader = new SlowReader(this, backlog, 0);

  writeTogether(frames: readonly OutboundFrame[], taken?: () => void): void {
    this.written.push(frames.map(({ text }) => text));
    if (taken !== undefined) this.callbacks.push(taken);
  }

  take(): void {
    this.callbacks.shift()!();
  }
}

const ticked = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
const frame = (bytes: number): OutboundFrame => new OutboundFrame('x'.repeat(bytes));

describe('a slow reader', () => {
  it('is written a portion when it has taken the one before, until it has all', () => {
    const socket = new FakeSocket();
    for (const text of ['a', 'b', 'c', 'd'.repeat(20_000), 'e']) {
      socket.reader.add(new OutboundFrame(text));
    }
    expect(socket.written).toEqual([['a']]);
    socket.take();
    expect(socket.written[1]).toEqual(['b', 'c', 'd'.repeat(20_000)]);
    socket.take();
    expect(socket.written[2]).toEqual(['e']);
    expect(socket.caughtUp).not.toHaveBeenCalled();
    socket.take();
    expect(socket.caughtUp).toHaveBeenCalledOnce();
    expect(socket.reader.bytes).toBe(0);
  });

  it('is given the rest at once when something comes after it', () => {
    const socket = new FakeSocket();
    for (const text of ['a', 'b', 'c']) socket.reader.add(new OutboundFrame(text));
    socket.reader.writeRest();
    expect(socket.written.flat()).toEqual(['a', 'b', 'c']);
    socket.take();
    expect(socket.caughtUp).not.toHaveBeenCalled();
    socket.take();
    expect(socket.caughtUp).toHaveBeenCalledOnce();
  });

  it('is let go when more waits than may, before the message that comes, not with it', () => {
    const socket = new FakeSocket();
    socket.reader.add(frame(100_000));
    expect(socket.shut).not.toHaveBeenCalled();
    socket.reader.add(frame(1));
    expect(socket.shut).toHaveBeenCalledWith(4513, expect.any(String));
    expect(socket.written).toHaveLength(1);
  });

  it('is let go when it takes nothing for stallTimeout, and not before', async () => {
    const [stalled, takesPortions, takesBytes] = [
      new FakeSocket(),
      new FakeSocket(),
      new FakeSocket(),
    ];
    for (const { reader } of [stalled, takesPortions, takesBytes]) {
      for (let i = 0; i < 40; i++) reader.add(frame(1_000));
    }
    takesBytes.writeQueueSize = 1_000;
    vi.advanceTimersByTime(STALL - 100);
    expect(stalled.shut).not.toHaveBeenCalled();
    takesPortions.take();
    takesBytes.writeQueueSize = 999;
    vi.advanceTimersByTime(500);
    await ticked();
    expect(stalled.shut).toHaveBeenCalledWith(4513, expect.any(String));
    vi.advanceTimersByTime(STALL - 1_000);
    await ticked();
    expect(takesPortions.shut).not.toHaveBeenCalled();
    expect(takesBytes.shut).not.toHaveBeenCalled();
    vi.advanceTimersByTime(STALL);
    await ticked();
    expect(takesPortions.shut).toHaveBeenCalled();
    expect(takesBytes.shut).toHaveBeenCalled();
  });
});

describe('what waits for all of them', () => {
  it('counts a frame for many once', async () => {
    const sockets = Array.from({ length: 20 }, () => new FakeSocket());
    const shared = Array.from({ length: 4 }, () => frame(10_000));
    for (const { reader } of sockets) for (const each of shared) reader.add(each);
    await ticked();
    for (const { shut } of sockets) expect(shut).not.toHaveBeenCalled();
  });

  it('is relieved of those who are furthest behind', async () => {
    const sockets = Array.from({ length: 10 }, () => new FakeSocket());
    for (let i = 0; i < 3; i++) sockets[3].reader.add(frame(13_000));
    for (let i = 0; i < 2; i++) sockets[7].reader.add(frame(14_000));
    for (let i = 0; i < 2; i++) for (const { reader } of sockets) reader.add(frame(7_000));
    await ticked();
    const gone = sockets.flatMap(({ shut }, i) => (shut.mock.calls.length > 0 ? [i] : []));
    expect(gone).toEqual([3]);
    expect(sockets[3].shut).toHaveBeenCalledWith(4513, expect.any(String));
  });

  it('is forgotten when it was taken or thrown away', async () => {
    for (let i = 0; i < 100; i++) {
      const [took, left] = [new FakeSocket(), new FakeSocket()];
      for (const { reader } of [took, left]) {
        for (let j = 0; j < 3; j++) reader.add(frame(15_000));
      }
      while (took.caughtUp.mock.calls.length === 0) took.take();
      left.reader.end();
      await ticked();
      for (const { shut } of [took, left]) expect(shut).not.toHaveBeenCalled();
    }
  });
});
