import { beforeEach, describe, expect, it } from 'vitest';
import { Hub } from '../../../../src/client/shared/hub.js';
import type { HubNote } from '../../../../src/client/shared/notes.js';
import type { JsonFrame } from '../../../support/client.js';
import { FakeNetwork, type FakeSocket } from '../../../support/fake-network.js';

let network: FakeNetwork;
let hub: Hub;
let notes: HubNote[];
let opened: Set<FakeSocket>;

beforeEach(() => {
  network = new FakeNetwork();
  notes = [];
  opened = new Set();
  const openSocket = () => new network.webSocket('wss://push.example/', 'push.v1.json');
  hub = new Hub(openSocket, (note) => notes.push(note), 3);
});

/** What the members were told since the last look, frames parsed. */
function told() {
  return notes.splice(0).map(({ to = 'all', ...note }) => {
    if (!('text' in note)) return [to, note];
    const { event, id, data } = JSON.parse(note.text) as JsonFrame;
    return [to, event, data, ...(id === undefined ? [] : [id])];
  });
}

function send(from: string, frame: object): void {
  hub.hear({ from, kind: 'frame', text: JSON.stringify(frame) });
}

/** A member opens and sends its first message; answers what the server sees of it. */
function join(from: string, data: object = {}): JsonFrame {
  hub.hear({ from, kind: 'open' });
  if (!opened.has(network.socket)) network.socket.open();
  opened.add(network.socket);
  send(from, { event: 'auth', data: { token: from, ...data }, id: 'auth' });
  return network.socket.sent.pop()!;
}

function welcome({ id }: JsonFrame, stream?: object): void {
  const data = { uid: 'ada', connectionId: '@c.1', stream };
  network.socket.receive({ event: 'auth', id, data });
}

function message(offset: number): void {
  network.socket.receive({ event: 'message', data: { id: `m${offset}`, data: 0, offset } });
}

const missed = (offset: number) => ({ id: `m${offset}`, data: 0, offset });

describe('a shared connection', () => {
  it('is opened for the first member and authenticated by each', () => {
    const first = join('a', { recover: 'unread' });
    expect(first).toMatchObject({ event: 'auth', data: { token: 'a', recover: 'unread' } });
    welcome(first);
    const second = join('b', { recover: 'unread' });
    expect(second).toMatchObject({ event: 'auth', data: { token: 'b' } });
    expect(second.data).not.toHaveProperty('recover');
    welcome(second);
    expect(network.sockets).toHaveLength(1);
    const data = { uid: 'ada', connectionId: '@c.1' };
    expect(told()).toEqual([
      ['a', { kind: 'opened' }],
      ['a', 'auth', data, 'auth'],
      ['b', { kind: 'opened' }],
      ['b', 'auth', data, 'auth'],
    ]);
  });

  it('leads answers back to who asked, whatever ids the members use', () => {
    welcome(join('a'));
    welcome(join('b'));
    told();
    for (const member of ['a', 'b']) send(member, { event: 'send', data: member, id: 1 });
    send('b', { event: 'ping' });
    const [ofA, ofB, ping] = network.socket.sent.splice(0);
    network.socket.receive({ event: 'pong', id: ping.id });
    network.socket.receive({ event: 'sent', id: ofB.id, data: 'to b' });
    network.socket.receive({ event: 'error', id: ofA.id, data: 'to a' });
    expect(told()).toEqual([
      ['b', 'pong', undefined],
      ['b', 'sent', 'to b', 1],
      ['a', 'error', 'to a', 1],
    ]);
  });

  it('passes what nobody has asked for to all, and what wants no answer to the server', () => {
    welcome(join('a'));
    told();
    network.socket.receive({ event: 'price', data: 7 });
    expect(told()).toEqual([['all', 'price', 7]]);
    send('a', { event: 'typing', data: 1 });
    expect(network.socket.take()).toEqual({ event: 'typing', data: 1 });
  });

  it('is renewed by a member that is welcome already', () => {
    welcome(join('a'));
    told();
    send('a', { event: 'auth', data: { token: 'fresh' }, id: 'renewal' });
    network.socket.receive({ event: 'error', id: network.socket.take().id, data: 'no' });
    expect(told()).toEqual([['a', 'error', 'no', 'renewal']]);
  });

  it('refuses a member whose credential the server refuses, and no other', () => {
    welcome(join('a'));
    const eve = join('eve');
    told();
    network.socket.receive({ event: 'error', id: eve.id, data: 'no' });
    expect(told()).toEqual([
      ['eve', 'error', 'no', 'auth'],
      ['eve', { kind: 'closed', code: 4401, reason: 'AUTH_FAILED' }],
    ]);
    send('eve', { event: 'send', data: 1, id: 1 });
    expect(network.socket.sent).toEqual([]);
    expect(network.socket.closedWith).toBeUndefined();
  });

  it('ends for all when it ends, and is opened anew', () => {
    welcome(join('a'));
    told();
    network.socket.end(1012, 'restart');
    expect(told()).toEqual([['all', { kind: 'closed', code: 1012, reason: 'restart' }]]);
    hub.hear({ from: 'a', kind: 'open' });
    network.socket.open();
    expect(network.sockets).toHaveLength(2);
    expect(told()).toEqual([['a', { kind: 'opened' }]]);
  });

  it('ends for all when it does not answer one of them', () => {
    welcome(join('a'));
    welcome(join('b'));
    told();
    hub.hear({ from: 'b', kind: 'close', code: 3001 });
    expect(told()).toEqual([['all', { kind: 'closed', code: 1006, reason: expect.any(String) }]]);
    expect(network.socket.closedWith).toBe(3001);
  });

  it('is closed when the last member leaves', () => {
    welcome(join('a'));
    welcome(join('b'));
    hub.leave('a');
    expect(network.socket.closedWith).toBeUndefined();
    hub.leave('b');
    expect(network.socket.closedWith).toBe(1000);
  });
});

describe('a member that comes later', () => {
  const stream = (offset: number, more: object = {}) => ({ epoch: 'e', offset, ...more });

  it('gets what it missed of the messages that are kept', () => {
    welcome(join('a'), stream(5));
    for (const offset of [6, 7, 8]) message(offset);
    told();
    welcome(join('b', { recover: { epoch: 'e', offset: 6 } }));
    expect(told().slice(1)).toEqual([
      ['b', 'auth', expect.objectContaining({ stream: stream(8, { recovered: true }) }), 'auth'],
      ['b', 'message', missed(7)],
      ['b', 'message', missed(8)],
    ]);
  });

  it.each([
    ['of another stream', { epoch: 'old', offset: 6 }, 'epoch'],
    ['before what is kept', { epoch: 'e', offset: 4 }, 'too-many'],
    ['that is not kept any more', { epoch: 'e', offset: 5 }, 'too-many'],
  ])('is told that messages are gone: with a position %s', (_, recover, reason) => {
    welcome(join('a'), stream(5));
    for (const offset of [6, 7, 8, 9]) message(offset);
    told();
    welcome(join('b', { recover }));
    const gone = stream(9, { recovered: false, reason });
    expect(told().slice(1)).toEqual([
      ['b', 'auth', expect.objectContaining({ stream: gone }), 'auth'],
    ]);
  });

  it('begins with what comes from now on when it asks for nothing', () => {
    welcome(join('a'), stream(5));
    message(6);
    told();
    welcome(join('b'));
    expect(told().slice(1)).toEqual([
      ['b', 'auth', expect.objectContaining({ stream: stream(6) }), 'auth'],
    ]);
  });

  it('gets what the device has not acknowledged', () => {
    welcome(join('a', { recover: 'unread' }), stream(8, { recovered: true }));
    for (const offset of [7, 8]) message(offset);
    send('a', { event: 'ack', data: { offset: 7 } });
    told();
    welcome(join('b', { recover: 'unread' }));
    expect(told().at(-1)).toEqual(['b', 'message', missed(8)]);
  });

  it('begins with the stream with which the server goes on after a loss', () => {
    welcome(join('a'), { epoch: 'old', offset: 0 });
    const begun = stream(0, { recovered: false, reason: 'epoch' });
    network.socket.receive({ event: 'epoch', data: begun });
    expect(told().at(-1)).toEqual(['all', 'epoch', begun]);
    message(1);
    network.socket.receive({ event: 'epoch', data: begun });
    welcome(join('b', { recover: { epoch: 'e', offset: 0 } }));
    expect(told().at(-1)).toEqual(['b', 'message', missed(1)]);
  });

  it('gets no duplicates of what was recovered for the first', () => {
    welcome(join('a'), stream(5));
    message(6);
    network.socket.end(1006);
    welcome(join('a', { recover: { epoch: 'e', offset: 5 } }), stream(7, { recovered: true }));
    for (const offset of [6, 7]) message(offset);
    told();
    welcome(join('b', { recover: { epoch: 'e', offset: 5 } }));
    expect(told().slice(2)).toEqual([
      ['b', 'message', missed(6)],
      ['b', 'message', missed(7)],
    ]);
  });
});

describe('a request of the server', () => {
  beforeEach(() => {
    welcome(join('a'));
    welcome(join('b'));
    network.socket.receive({ event: 'request', data: { id: 'r', data: 1 } });
    told();
  });

  const respond = (from: string, answer: object) =>
    send(from, { event: 'response', data: { id: 'r', ...answer } });
  const refusal = { error: { code: 'REJECTED', message: 'No.' } };

  it('is answered by the first member that can, and is over for the others', () => {
    respond('a', refusal);
    expect(network.socket.sent).toEqual([]);
    respond('b', { data: 'yes' });
    respond('a', { data: 'late' });
    expect(network.socket.sent).toEqual([{ event: 'response', data: { id: 'r', data: 'yes' } }]);
    expect(told()).toEqual([['all', 'cancelled', { id: 'r' }]]);
  });

  it('is refused when all members refuse it, or are gone', () => {
    respond('a', refusal);
    hub.leave('b');
    expect(network.socket.sent).toEqual([{ event: 'response', data: { id: 'r', ...refusal } }]);
  });

  it('is not answered once the server has cancelled it', () => {
    network.socket.receive({ event: 'cancelled', data: { id: 'r' } });
    respond('a', { data: 'late' });
    expect(network.socket.sent).toEqual([]);
    expect(told()).toEqual([['all', 'cancelled', { id: 'r' }]]);
  });
});

describe('watching over a shared connection', () => {
  const sent = () => network.socket.sent.splice(0).map(({ event, data }) => [event, data]);

  it('is told to all members, and ends for the server with the last that watches', () => {
    for (const member of ['a', 'b']) welcome(join(member));
    for (const member of ['a', 'b']) {
      const uids = ['ann', `friend of ${member}`];
      send(member, { event: 'watch', data: { uids }, id: 'watch' });
    }
    const [ofA, ofB] = network.socket.sent.splice(0);
    told();
    network.socket.receive({ event: 'watched', id: ofB.id, data: 'for b' });
    network.socket.receive({ event: 'watched', id: ofA.id, data: 'for a' });
    network.socket.receive({ event: 'presence', data: 'of ann' });
    expect(told()).toEqual([
      ['b', 'watched', 'for b', 'watch'],
      ['a', 'watched', 'for a', 'watch'],
      ['all', 'presence', 'of ann'],
    ]);
    send('a', { event: 'unwatch', data: { uids: ['ann', 'friend of a'] } });
    expect(sent()).toEqual([['unwatch', { uids: ['friend of a'] }]]);
    send('b', { event: 'unwatch', data: { uids: ['ann'] }, id: 7 });
    expect(sent()).toEqual([['unwatch', { uids: ['ann'] }]]);
  });

  it('ends with a member for whom it alone watches', () => {
    for (const member of ['a', 'b']) welcome(join(member));
    send('a', { event: 'watch', data: { uids: ['ann', 'ben'] }, id: 1 });
    send('b', { event: 'watch', data: { uids: ['ben'] }, id: 1 });
    sent();
    hub.hear({ from: 'a', kind: 'close', code: 1000 });
    expect(sent()).toEqual([['unwatch', { uids: ['ann'] }]]);
    send('b', { event: 'unwatch', data: { uids: ['eve'] } });
    expect(sent()).toEqual([['unwatch', { uids: ['eve'] }]]);
  });
});
