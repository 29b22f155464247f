import { afterEach, beforeEach, expect, it } from 'vitest';
import { Backlog, type Behind } from '../../../../src/gateway/socket/backlog.js';
import { HeldFrames } from '../../../../src/gateway/socket/held-frames.js';
import { OutboundFrame, RetainedFrame } from '../../../../src/registry/transport.js';
import { Signals } from '../../../../src/signals/signals.js';

let backlog: Backlog;
let givenUp: number;

/** Somebody for whom so much waits. */
function begin(bytes: number): void {
  const reader: Behind = {
    bytes,
    slot: 0,
    looks: 0,
    hasTaken: () => true,
    giveUp: () => givenUp++,
  };
  backlog.begin(reader);
}

beforeEach(() => {
  givenUp = 0;
  const limits = { maxBufferedBytes: 50_000, maxTotalBufferedBytes: 100_000, stallTimeout: 10_000 };
  backlog = new Backlog(limits, new Signals());
});
afterEach(() => backlog.stop());

it('frames of others go out when the socket has what it missed, but for those that it has', () => {
  const held = new HeldFrames(backlog);
  const frames = [
    new RetainedFrame('one', 1),
    new OutboundFrame('plain'),
    new RetainedFrame('two', 2),
  ];
  for (const frame of frames) held.add(frame, 0);
  expect(Array.from(held.after(1), ({ text }) => text)).toEqual(['plain', 'two']);
});

it('what is in memory until a socket reads counts as what waits for all, until it is discarded', () => {
  const held = new HeldFrames(backlog);
  begin(60_000);
  held.reserve(90_000);
  held.reserve(60_000);
  held.add(new OutboundFrame('x'.repeat(20_000)), 0);
  expect(givenUp).toBe(0);
  held.discard();
  expect(held.reserved).toBe(0);
  const other = new HeldFrames(backlog);
  other.reserve(90_000);
  expect(givenUp).toBe(0);
  other.reserve(110_000);
  expect(givenUp).toBe(1);
});
