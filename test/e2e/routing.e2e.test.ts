import { describe, expect, it } from 'vitest';
import { Injectable, Module } from '@nestjs/common';
import {
  AllowAllRoutePolicy,
  Connection,
  PushModule,
  RoutePolicy,
  TrustUidAuthenticator,
  type RouteTarget,
} from '../../src/index.js';
import { useApp } from '../support/use-app.js';

const app = useApp();

describe('a message from client to client', () => {
  it('reaches every connection of the uid with the sender written by the server', async () => {
    const [ada, phone, tab] = [await app.json('ada'), await app.json('bob'), await app.text('bob')];
    const reply = await ada.exchange('send', { to: 'bob', data: { hello: [1, null] } });
    expect(reply).toMatchObject({ event: 'sent', data: { nodes: 1, id: expect.any(String) } });
    const { id } = reply.data as { id: string };
    expect(await phone.next()).toEqual({
      event: 'message',
      data: { id, from: 'ada', data: { hello: [1, null] } },
    });
    expect(await tab.next()).toBe('{"hello":[1,null]}');
  });

  it('gets no reply when its frame has no id', async () => {
    const ada = await app.json('ada');
    ada.write({ event: 'send', data: { to: 'nobody', data: 1 } });
    expect(await ada.settle()).toEqual([]);
  });

  it('tells that nobody is online by nodes: 0', async () => {
    const ada = await app.json('ada');
    const reply = await ada.exchange('send', { to: 'nobody', data: 1 });
    expect(reply.data).toMatchObject({ nodes: 0 });
  });

  it('reaches each of a list of uids once, however often it is named', async () => {
    const [ada, bob] = [await app.json('ada'), await app.json('bob')];
    ada.write({ event: 'send', data: { to: ['bob', 'ada', 'bob'], data: 'hi' } });
    expect(await bob.settle()).toHaveLength(1);
    expect(await ada.settle()).toHaveLength(1);
  });

  it('keeps what follows the second colon of a text frame', async () => {
    const [ada, bob] = [await app.text('ada'), await app.text('bob')];
    ada.write('bob:at 10:30: lunch');
    expect(await bob.next()).toBe('at 10:30: lunch');
    ada.write('bob:');
    expect(await bob.next()).toBe('');
  });

  it('is refused to everyone and to groups by default', async () => {
    const [ada, bob] = [await app.json('ada'), await app.text('bob')];
    for (const [event, data] of [
      ['broadcast', { data: 1 }],
      ['send', { to: 'all', data: 1 }],
      ['send', { to: { group: 'g' }, data: 1 }],
    ] as const) {
      expect(await ada.exchange(event, data)).toMatchObject({ data: { code: 'FORBIDDEN' } });
    }
    bob.write('all:hi');
    expect(await bob.next()).toMatch(/^error:FORBIDDEN:/);
  });

  it('reaches everyone, the sender included, where the policy allows it', async () => {
    await app.start({ push: { routePolicy: new AllowAllRoutePolicy() } });
    const [ada, bob] = [await app.text('ada'), await app.json('bob')];
    ada.write('all:hi');
    expect(await ada.next()).toBe('hi');
    expect(await bob.next()).toMatchObject({ data: { from: 'ada', data: 'hi' } });
  });

  it('asks a policy of the application, which Nest constructs and which may take its time', async () => {
    @Injectable()
    class Friends {
      readonly of = new Map([['ada', ['bob']]]);
    }
    @Module({ providers: [Friends], exports: [Friends] })
    class FriendsModule {}
    @Injectable()
    class FriendsOnly extends RoutePolicy {
      constructor(private readonly friends: Friends) {
        super();
      }
      async allows(sender: Connection, target: RouteTarget): Promise<boolean> {
        await Promise.resolve();
        return target.kind === 'uid' && !!this.friends.of.get(sender.uid)?.includes(target.uid);
      }
    }
    const module = PushModule.forRoot({
      imports: [FriendsModule],
      authenticator: new TrustUidAuthenticator(),
      routePolicy: FriendsOnly,
    });
    await app.start({ module });
    const ada = await app.json('ada');
    expect(await ada.exchange('send', { to: 'bob', data: 1 })).toMatchObject({ event: 'sent' });
    const refused = await ada.exchange('send', { to: 'eve', data: 1 });
    expect(refused).toMatchObject({ event: 'error', data: { code: 'FORBIDDEN' } });
  });

  it.each([
    ['no data at all', undefined, ['data']],
    ['a list', [], ['data']],
    ['an empty object', {}, ['to', 'data']],
    ['an empty list', { to: [], data: 1 }, ['to']],
    ['a number as uid', { to: 5, data: 1 }, ['to']],
    ['all in a list', { to: ['all'], data: 1 }, ['to']],
    ['an empty group', { to: { group: '' }, data: 1 }, ['to']],
    ['unknown properties', { to: 'bob', data: 1, from: 'eve', x: 2 }, ['from', 'x']],
  ])('with %s is refused naming every broken field', async (_, data, fields) => {
    const ada = await app.json('ada');
    const reply = await ada.exchange('send', data);
    expect(reply).toMatchObject({ event: 'error', data: { code: 'VALIDATION_FAILED' } });
    const { details } = reply.data as { details: { field: string }[] };
    expect(details.map(({ field }) => field).sort()).toEqual([...fields].sort());
  });

  it('is answered in order even when handling takes turns', async () => {
    class SlowThenFast extends RoutePolicy {
      private first = true;
      allows(): boolean | Promise<boolean> {
        if (!this.first) return true;
        this.first = false;
        return new Promise((resolve) => setImmediate(() => resolve(true)));
      }
    }
    await app.start({ push: { routePolicy: SlowThenFast } });
    const ada = await app.json('ada');
    for (let i = 0; i < 40; i++) ada.write({ event: 'send', data: { to: 'ada', data: i } });
    expect(await ada.settledData()).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });
});
