import { describe, expect, it } from 'vitest';
import { MemoryCluster } from '../../src/engine/memory/memory-cluster.js';
import { MemoryEngine } from '../../src/engine/memory/memory.engine.js';
import { ErrorCode } from '../../src/protocol/codes.js';
import { PushException } from '../../src/protocol/push.exception.js';
import { ADAPTERS, usePushApi } from '../support/use-push-api.js';

class UnreachableEngine extends MemoryEngine {
  override publish = unreachable;
  override connectionsOf = unreachable;
  override disconnect = unreachable;
  override counts = unreachable;
}

function unreachable(): never {
  throw new PushException(ErrorCode.UNAVAILABLE, 'The cluster cannot be reached.');
}

describe.each(ADAPTERS)('the HTTP push API on %s', (adapter) => {
  const { app, start, request } = usePushApi(adapter);

  it('sends to a uid, to a list, to a group and to all', async () => {
    await start();
    const [ada, bob] = [await app.json('ada'), await app.json('bob')];
    await app.push.joinGroup('bob', 'editors');
    for (const [to, data] of [
      ['ada', 1],
      [['ada', 'bob'], [2]],
      [{ group: 'editors' }, { three: 3 }],
      ['all', null],
    ]) {
      const answer = await request('post', '/push/messages').send({ to, data }).expect(202);
      expect(answer.body).toEqual({ id: expect.any(String), nodes: 1 });
    }
    expect(await ada.settledData()).toEqual([1, [2], null]);
    expect(await bob.settledData()).toEqual([[2], { three: 3 }, null]);
  });

  it('answers nodes: 0 when nobody is online', async () => {
    await start();
    const answer = await request('post', '/push/messages').send({ to: 'nobody', data: '' });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ id: expect.any(String), nodes: 0 });
  });

  it('tells who is online, with each connection', async () => {
    await start();
    await app.json({ uid: 'a b/ü', device: 'phone' });
    const path = `/push/uids/${encodeURIComponent('a b/ü')}`;
    const { body } = await request('get', path).expect(200);
    const connection = { uid: 'a b/ü', device: 'phone', codec: 'json' };
    expect(body).toMatchObject({ uid: 'a b/ü', online: true, connections: [connection] });
  });

  it('tells of an unknown uid that it is not online', async () => {
    await start();
    const { body } = await request('get', '/push/uids/nobody').expect(200);
    expect(body).toEqual({ uid: 'nobody', online: false, connections: [] });
  });

  it('takes a uid of any allowed length, on Fastify if its adapter does', async () => {
    await start();
    const path = `/push/uids/${encodeURIComponent('ü'.repeat(128))}`;
    await request('get', path).expect(adapter === 'fastify' ? 414 : 200);
  });

  it('disconnects a uid with all its connections', async () => {
    await start();
    const [phone, tab] = [await app.json('ada'), await app.json('ada')];
    const { body } = await request('delete', '/push/uids/ada').expect(200);
    expect(body).toEqual({ nodes: 1 });
    expect((await phone.expectClose()).code).toBe(4403);
    expect((await tab.expectClose()).code).toBe(4403);
    expect((await request('delete', '/push/uids/ada').expect(200)).body).toEqual({ nodes: 0 });
  });

  it('counts', async () => {
    await start();
    await app.json('ada');
    await app.json('ada');
    const { body } = await request('get', '/push/stats').expect(200);
    expect(body).toEqual({ connections: 2, uids: 1, nodes: 1 });
  });

  it('answers 503 when the cluster cannot be reached', async () => {
    await start({ push: { engine: new UnreachableEngine(new MemoryCluster()), gateway: false } });
    const answer = await request('post', '/push/messages').send({ to: 'ada', data: 1 });
    expect(answer.body).toEqual({
      statusCode: 503,
      code: 'UNAVAILABLE',
      message: 'The cluster cannot be reached.',
      error: 'Service Unavailable',
    });
    await request('get', '/push/uids/ada').expect(503);
    await request('delete', '/push/uids/ada').expect(503);
    await request('get', '/push/stats').expect(503);
  });
});
