import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import {
  ConnectionRegistryService,
  ErrorCode,
  PushException,
  PushModule,
  TrustUidAuthenticator,
  type PushEvent,
  type UndeliveredMessage,
} from '../../../src/index.js';
import { createRecordingPush } from '../../../src/testing/index.js';

@Injectable()
class Orders {
  constructor(private readonly push: ConnectionRegistryService) {}

  async shipped(uid: string, id: number): Promise<boolean> {
    const { nodes } = await this.push.sendToUid(uid, { type: 'shipped', id }, { retain: true });
    return nodes > 0;
  }
}

describe('a recording of pushes', () => {
  it('stands for the service, in a constructor and in a module', async () => {
    const push = createRecordingPush();
    expect(await new Orders(push).shipped('ada', 7)).toBe(false);
    const testing = await Test.createTestingModule({
      imports: [PushModule.forRoot({ authenticator: new TrustUidAuthenticator() })],
      providers: [Orders],
    })
      .setLogger({ log() {}, warn() {}, error() {} })
      .overrideProvider(ConnectionRegistryService)
      .useValue(push)
      .compile();
    push.arrive('ada');
    expect(await testing.get(Orders).shipped('ada', 8)).toBe(true);
    expect(push.sentTo('ada')).toEqual([
      { type: 'shipped', id: 7 },
      { type: 'shipped', id: 8 },
    ]);
  });

  it('records each send by its method, at once, with its data as JSON', async () => {
    const push = createRecordingPush();
    const { connectionId } = push.arrive('ada');
    await push.joinGroup('bob', 'editors');
    const sends = [
      push.sendToUid('ada', { at: new Date(0) }, { except: 'x' }),
      push.sendToUids(['ada', 'bob'], 2),
      push.sendToGroup('editors', 3),
      push.sendToConnection(connectionId, 4),
      push.broadcast(5, { except: ['ada'] }),
    ];
    expect(push.sent).toEqual([
      {
        method: 'sendToUid',
        target: 'ada',
        data: { at: '1970-01-01T00:00:00.000Z' },
        options: { except: 'x' },
      },
      { method: 'sendToUids', target: ['ada', 'bob'], data: 2 },
      { method: 'sendToGroup', target: 'editors', data: 3 },
      { method: 'sendToConnection', target: connectionId, data: 4 },
      { method: 'broadcast', target: 'all', data: 5, options: { except: ['ada'] } },
    ]);
    expect(push.sentTo('ada').slice(1)).toEqual([2, 4]);
    expect(push.sentTo('bob')).toEqual([2, 3, 5]);
    expect((await Promise.all(sends)).map(({ nodes }) => nodes)).toEqual([1, 1, 0, 1, 1]);
  });

  it('checks arguments as the service does', async () => {
    const push = createRecordingPush();
    const broken = { code: 'VALIDATION_FAILED' };
    await expect(push.sendToUid('', 1)).rejects.toMatchObject(broken);
    await expect(push.sendToUid('ada', undefined)).rejects.toMatchObject(broken);
    await expect(push.sendToUid('ada', 1, { quorum: 'all' })).rejects.toMatchObject(broken);
    await expect(push.disconnect('ada', { code: 1 })).rejects.toMatchObject(broken);
    expect([push.sent, push.disconnected]).toEqual([[], []]);
  });

  it('answers what a send answers: its place, receipts, the first answer to a repeat', async () => {
    const push = createRecordingPush();
    const { connectionId } = push.arrive('ada', { device: 'phone' });
    const options = { receipt: 'acked', idempotencyKey: 'order 7' } as const;
    const first = await push.sendToUid('ada', 1, options);
    const receipts = [{ connectionId, device: 'phone', state: 'acked' }];
    expect(first).toMatchObject({ nodes: 1, epoch: 'recording', offset: 1, receipts });
    expect(await push.sendToUid('ada', 1, options)).toEqual({ ...first, repeated: true });
    expect(push.sent).toHaveLength(1);
    const { id } = await push.sendToUid('ada', 2, { retain: true });
    expect(await push.messages('ada', { after: 1 })).toMatchObject({
      offset: 2,
      messages: [{ id, offset: 2, data: 2, state: 'stored' }],
    });
    expect(await push.explain(id)).toMatchObject({ uid: 'ada', offset: 2 });
    expect(await push.explain('unknown')).toBeUndefined();
  });

  it('knows of those who have arrived, and tells of it', async () => {
    const push = createRecordingPush();
    const events: PushEvent[] = [];
    push.events$.subscribe((event) => events.push(event));
    const phone = push.arrive('ada', { device: 'phone', claims: { role: 'admin' } });
    push.arrive('ada', { node: 'another000' });
    expect(await push.isOnline('ada')).toBe(true);
    expect(await push.online(['ada', 'bob'])).toEqual(
      new Map([
        ['ada', true],
        ['bob', false],
      ]),
    );
    expect(await push.counts()).toEqual({ connections: 2, uids: 1, nodes: 2 });
    expect((await push.connectionsOf('ada'))[0]).toEqual(phone);
    await push.joinGroup(phone.connectionId, 'g');
    await push.joinGroup('bob', 'g');
    expect(await push.uidsInGroup('g')).toEqual(['ada', 'bob']);
    push.leave(phone.connectionId);
    expect(await push.uidsInGroup('g')).toEqual(['bob']);
    expect(await push.disconnect('ada', { reason: 'banned' })).toEqual({ nodes: 1 });
    expect(push.disconnected).toEqual([
      { uidOrConnectionId: 'ada', close: { code: 4403, reason: 'banned' } },
    ]);
    expect(events.map(({ type }) => type)).toEqual([
      ...['connected', 'online', 'connected', 'disconnected', 'disconnected', 'offline'],
    ]);
    expect(await push.isOnline('ada')).toBe(false);
  });

  it('answers requests as the test says, and says so when it does not', async () => {
    const push = createRecordingPush();
    await expect(push.request('ada', 'approve?')).rejects.toMatchObject({ code: 'OFFLINE' });
    push.arrive('ada', { device: 'phone' });
    await expect(push.request('ada', 'approve?')).rejects.toThrow('push.answer("ada", …)');
    push.answer('ada', (question) => `${question as string} yes`);
    expect(await push.request('ada', 'approve?', { policy: 'all' })).toMatchObject({
      answers: [{ device: 'phone', data: 'approve? yes' }],
    });
    push.answer('ada', () => {
      throw new PushException(ErrorCode.REJECTED, 'No.');
    });
    await expect(push.request('ada', 'approve?')).rejects.toMatchObject({ code: 'REJECTED' });
    expect(push.asked).toHaveLength(4);
    expect(push.asked[2]).toEqual({ uid: 'ada', data: 'approve?', options: { policy: 'all' } });
  });

  it('fails as a service whose cluster is away, and comes back', async () => {
    const push = createRecordingPush();
    push.failure = new PushException(ErrorCode.UNAVAILABLE, 'The cluster cannot be reached.');
    await expect(push.sendToUid('ada', 1)).rejects.toBe(push.failure);
    await expect(push.isOnline('ada')).rejects.toBe(push.failure);
    expect(push.health().status).toBe('down');
    push.failure = undefined;
    await push.sendToUid('ada', 2);
    expect(push.sentTo('ada')).toEqual([2]);
  });

  it('tells events and undelivered messages that the test makes up', () => {
    const push = createRecordingPush();
    const told: (PushEvent | UndeliveredMessage)[] = [];
    push.events$.subscribe((event) => told.push(event));
    push.undelivered$.subscribe((message) => told.push(message));
    const event: PushEvent = { type: 'online', uid: 'ada', seq: 1 };
    const message = { uid: 'ada', id: 'x', epoch: 'e', offset: 1, at: 0, data: null };
    push.tell(event);
    push.tellUndelivered(message);
    expect(told).toEqual([event, message]);
  });
});
