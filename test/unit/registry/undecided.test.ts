import { expect, it } from 'vitest';
import { JsonCodec } from '../../../src/protocol/json.codec.js';
import { Message } from '../../../src/protocol/message.js';
import { Connection, Membership } from '../../../src/registry/connection.js';
import { ConnectionTable } from '../../../src/registry/connection-table.js';
import { FanOut } from '../../../src/registry/fan-out.js';
import type { OutboundFrame, Transport } from '../../../src/registry/transport.js';
import { Undecided } from '../../../src/registry/undecided.js';

const MAX_BYTES = 2_000;
const codec = new JsonCodec();

class Room {
  readonly maxBytes = MAX_BYTES;
  bytes = 0;
  count(bytes: number): void {
    this.bytes += bytes;
  }
}

class Socket implements Transport {
  readonly isClosed = false;
  readonly late: { place: number; data: unknown }[] = [];
  code: number | undefined;
  deliverLate({ text }: OutboundFrame, place: number): void {
    const { data } = JSON.parse(text) as { data: { data: unknown } };
    this.late.push({ place, data: data.data });
  }
  shut(code: number): void {
    this.code = code;
  }
  attached(): void {}
  deliver(): void {}
  write(): void {}
  expireAt(): void {}
  abortOnClose(): void {}
}

function setUp() {
  const [room, table] = [new Room(), new ConnectionTable()];
  const undecided = new Undecided(room);
  let ids = 0;
  return {
    room,
    undecided,
    come: () => {
      const socket = new Socket();
      const connection = new Connection(`c${++ids}`, socket, { uid: 'ada', codec, address: '' });
      undecided.begin(connection);
      const decide = (...groups: string[]): void => {
        for (const group of groups) table.join(connection, group, Membership.OfUid);
        undecided.decide(connection);
      };
      return { socket, decide, leave: () => undecided.end(connection) };
    },
    send: (group: string, data: unknown) => {
      const message = Message.of('id', data);
      undecided.add(group, new FanOut(message, undefined), message);
    },
  };
}

it('each gets what came for its groups since it came, and nothing else', () => {
  const { come, send } = setUp();
  const first = come();
  send('g', 1);
  const second = come();
  send('h', 2);
  send('g', 3);
  first.decide('g', 'h');
  second.decide('g');
  expect(first.socket.late).toEqual([1, 2, 3].map((data) => ({ place: data, data })));
  expect(second.socket.late).toEqual([{ place: 3, data: 3 }]);
});

it('nothing is kept when nobody is being placed, nor what came before the oldest', () => {
  const { come, send, room, undecided } = setUp();
  send('g', 'x');
  expect([room.bytes, undecided.latest]).toEqual([0, 0]);
  const first = come();
  send('g', 'x'.repeat(100));
  const one = room.bytes;
  const second = come();
  send('g', 'x'.repeat(100));
  expect(room.bytes).toBe(2 * one);
  first.leave();
  expect(room.bytes).toBe(one);
  second.decide();
  expect(room.bytes).toBe(0);
});

it('too much lets go of who is in a group and came before it was thrown away', () => {
  const { come, send, room } = setUp();
  const [member, other] = [come(), come()];
  for (let i = 0; i < 3; i++) send('g', 'x'.repeat(MAX_BYTES / 2));
  expect(room.bytes).toBeLessThan(MAX_BYTES);
  const late = come();
  send('g', 'last');
  for (const one of [member, late]) one.decide('g');
  other.decide();
  expect([member, other, late].map(({ socket }) => socket.code)).toEqual([
    ...[4513, undefined, undefined],
  ]);
  expect(late.socket.late).toMatchObject([{ data: 'last' }]);
});
