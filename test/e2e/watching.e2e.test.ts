import { describe, expect, it } from 'vitest';
import { UseGuards, type CanActivate } from '@nestjs/common';
import {
  AllowAllRoutePolicy,
  RoutePolicy,
  UidGateway,
  type Connection,
  type PushSocket,
} from '../../src/index.js';
import type { JsonClient, JsonFrame } from '../support/client.js';
import { useApp } from '../support/use-app.js';
import { useMemoryCluster, useRedisCluster } from '../support/use-cluster.js';
import { until } from '../support/until.js';

const OPEN = { push: { routePolicy: AllowAllRoutePolicy } };

interface Presence {
  uid: string;
  online: boolean;
  seq: number;
}

const written = ({ uid, online }: Presence): string => `${online ? '+' : '-'}${uid}`;

/** Sends `watch` and answers what the reply says: `+uid` and `-uid`. */
async function watch(client: JsonClient, ...uids: string[]): Promise<string[]> {
  const reply = await client.exchange('watch', { uids });
  if (reply.event !== 'watched') throw new Error(`It was answered by ${JSON.stringify(reply)}`);
  return (reply.data as { presence: Presence[] }).presence.map(written);
}

/** The next change that the client is told. */
async function change(client: JsonClient): Promise<string> {
  return written((await client.nextEvent('presence')) as Presence);
}

const changesIn = (frames: JsonFrame[]): string[] =>
  frames.filter(({ event }) => event === 'presence').map(({ data }) => written(data as Presence));

const codeOf = ({ event, data }: JsonFrame): string =>
  event === 'error' ? (data as { code: string }).code : event;

describe.each([
  ['one process', () => useMemoryCluster(OPEN)],
  ['Redis', () => useRedisCluster(OPEN)],
])('watching presence through %s', (_, makeCluster) => {
  const cluster = makeCluster();

  it('answers who is online, and tells each change once, from every node', async () => {
    const [a, b, c] = await cluster.nodes(3);
    await b.json('ben');
    const ann = await a.json('ann');
    expect(await watch(ann, 'ben', 'cy', 'ben')).toEqual(['+ben', '-cy']);
    const cy = [await b.json('cy'), await c.json('cy')];
    expect(await change(ann)).toBe('+cy');
    await cy[0].close();
    await cluster.present('cy', 1);
    await cy[1].close();
    expect(await change(ann)).toBe('-cy');
    await c.json('cy');
    expect(await change(ann)).toBe('+cy');
    expect(changesIn(await ann.settle())).toEqual([]);
  });

  it('numbers changes as the events of the server do', async () => {
    const [a, b] = await cluster.nodes(2);
    const seqs: number[] = [];
    b.push.events$.subscribe((event) => {
      if (event.type === 'online' || event.type === 'offline') seqs.push(event.seq);
    });
    const ann = await a.json('ann');
    await watch(ann, 'ben');
    await (await b.json('ben')).close();
    const told = [await ann.nextEvent('presence'), await ann.nextEvent('presence')];
    await until('both events are told', () => seqs.length === 2);
    expect(told.map((presence) => (presence as Presence).seq)).toEqual(seqs);
  });

  it('tells all who watch, on whichever node, until each has enough', async () => {
    const [a, b] = await cluster.nodes(2);
    const [ann, eve, bob] = [await a.json('ann'), await a.json('eve'), await b.json('bob')];
    for (const client of [ann, eve, bob]) await watch(client, 'ben');
    const ben = await b.json('ben');
    for (const client of [ann, eve, bob]) expect(await change(client)).toBe('+ben');
    const reply = await ann.exchange('unwatch', { uids: ['ben', 'nobody'] });
    expect(reply).toEqual({ event: 'unwatched', id: reply.id });
    await eve.close();
    await ben.close();
    expect(await change(bob)).toBe('-ben');
    expect(changesIn(await ann.settle())).toEqual([]);
    expect(await watch(ann, 'ben')).toEqual(['-ben']);
  });

  it('of oneself is told when the other devices have all gone', async () => {
    const [a, b] = await cluster.nodes(2);
    const ann = await a.json('ann');
    expect(await watch(ann, 'ann')).toEqual(['+ann']);
    await (await b.json('ann')).close();
    await cluster.present('ann', 1);
    expect(changesIn(await ann.settle())).toEqual([]);
  });

  it('goes on from one node to another with whoever moves', async () => {
    const [a, b, c] = await cluster.nodes(3);
    let ann = await a.json('ann');
    let ben = await a.json('ben');
    for (const node of [b, c, a, b]) {
      const next = await node.json('ben');
      await ben.close();
      ben = next;
      await cluster.present('ben', 1);
      await ann.close();
      ann = await node.json('ann');
      expect(await watch(ann, 'ben')).toEqual(['+ben']);
    }
    await ben.close();
    expect(await change(ann)).toBe('-ben');
  });
});

describe('watching presence', () => {
  const app = useApp();

  it('is for nobody unless the policy says so, and the refusal names nobody', async () => {
    const ann = await app.json('ann');
    const refused = await ann.exchange('watch', { uids: ['ben'] });
    expect(codeOf(refused)).toBe('FORBIDDEN');
    expect(JSON.stringify(refused)).not.toContain('ben');
    await app.json('ben');
    expect(await ann.settle()).toEqual([]);
  });

  it('is for whom a policy allows, which may take its time: all of a frame or nobody', async () => {
    class Friends extends RoutePolicy {
      allows(): boolean {
        return true;
      }
      override async mayWatch(watcher: Connection, uid: string): Promise<boolean> {
        await Promise.resolve();
        return watcher.uid === 'ann' && uid !== 'eve';
      }
    }
    await app.start({ push: { routePolicy: Friends } });
    const [ann, bob] = [await app.json('ann'), await app.json('bob')];
    expect(await watch(ann, 'bob', 'ben')).toEqual(['+bob', '-ben']);
    expect(codeOf(await ann.exchange('watch', { uids: ['cy', 'eve'] }))).toBe('FORBIDDEN');
    expect(codeOf(await bob.exchange('watch', { uids: ['ann'] }))).toBe('FORBIDDEN');
    await app.json('cy');
    await app.json('ben');
    expect(await change(ann)).toBe('+ben');
    expect(changesIn(await ann.settle())).toEqual([]);
  });

  it('goes past what an application puts before it, and is the same behind that', async () => {
    const OnlyAnn: CanActivate = {
      canActivate: (context) =>
        context.switchToWs().getClient<PushSocket>().connection.uid === 'ann',
    };
    @UseGuards(OnlyAnn)
    class Guarded extends UidGateway {}
    await app.start({ push: { ...OPEN.push, gateway: Guarded } });
    const [ann, bob] = [await app.json('ann'), await app.json('bob')];
    expect(await watch(ann, 'ben', 'bob')).toEqual(['-ben', '+bob']);
    await app.json('ben');
    expect(await change(ann)).toBe('+ben');
    expect((await ann.exchange('unwatch', { uids: ['ben'] })).event).toBe('unwatched');
    expect(codeOf(await ann.exchange('watch', { uids: [''] }))).toBe('VALIDATION_FAILED');
    expect(codeOf(await bob.exchange('watch', { uids: ['ann'] }))).toBe('FORBIDDEN');
  });

  it('answers a frame without an id as well', async () => {
    await app.start(OPEN);
    const ann = await app.json('ann');
    ann.write({ event: 'watch', data: { uids: ['ann'] } });
    const data = await ann.nextEvent('watched');
    expect(data).toMatchObject({ presence: [{ uid: 'ann', online: true }] });
  });

  it('comes after what was sent before, and is answered before its first change', async () => {
    await app.start(OPEN);
    const ann = await app.json('ann');
    const ben = await app.connectJson();
    ann.write({ event: 'send', data: { to: 'ann', data: 1 }, id: 1 });
    ann.write({ event: 'watch', data: { uids: ['ben'] }, id: 2 });
    await ben.login('ben');
    const frames = await ann.settle();
    const events = frames.map(({ event }) => event).filter((event) => event !== 'message');
    expect(events.slice(0, 2)).toEqual(['sent', 'watched']);
    expect(events.length).toBeLessThanOrEqual(3);
  });

  it('of more than `maxWatched` uids of one connection is refused, and changes nothing', async () => {
    await app.start({ push: { routePolicy: AllowAllRoutePolicy, maxWatched: 2 } });
    const ann = await app.json('ann');
    expect(await watch(ann, 'ben')).toEqual(['-ben']);
    const refused = await ann.exchange('watch', { uids: ['cy', 'dan'] });
    expect(refused.data).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ field: 'uids' }] });
    await app.json('cy');
    expect(await watch(ann, 'ben', 'dan')).toEqual(['-ben', '-dan']);
    await ann.exchange('unwatch', { uids: ['ben'] });
    expect(await watch(ann, 'cy')).toEqual(['+cy']);
    expect(await ann.settle()).toEqual([]);
  });

  it('is forgotten with the connection: others have its room under `maxTotalWatched`', async () => {
    await app.start({ push: { routePolicy: AllowAllRoutePolicy, maxTotalWatched: 3 } });
    const [ann, eve] = [await app.json('ann'), await app.json('eve')];
    await watch(ann, 'ben', 'cy', 'eve');
    expect(codeOf(await eve.exchange('watch', { uids: ['ben'] }))).toBe('RATE_LIMITED');
    await ann.exchange('unwatch', { uids: ['cy'] });
    expect(await watch(eve, 'ben')).toEqual(['-ben']);
    await ann.close();
    await until('ann has gone', async () => !(await app.push.isOnline('ann')));
    expect(await watch(eve, 'ann', 'dan')).toEqual(['-ann', '-dan']);
  });
});
