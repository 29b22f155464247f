import { describe, expect, it } from 'vitest';
import type { JsonClient } from '../support/client.js';
import { ADAPTERS, usePushApi } from '../support/use-push-api.js';

describe.each(ADAPTERS)('the HTTP push API on %s, with a history', (adapter) => {
  const { app, start: startApi, request } = usePushApi(adapter);
  const start = (): Promise<void> => startApi({ push: { history: {} } });
  const post = (body: object) => request('post', '/push/messages').send({ data: 'x', ...body });
  const get = (path: string) => request('get', path);

  async function phone(): Promise<JsonClient> {
    const client = await app.connectJson();
    await client.login({ uid: 'ada', device: 'phone' });
    return client;
  }

  it('retains a message, and tells what became of it', async () => {
    await start();
    const sent = await post({ to: 'ada', retain: { ttl: 60_000 } }).expect(202);
    const { id, epoch } = sent.body as { id: string; epoch: string };
    expect(sent.body).toEqual({ id, nodes: 0, epoch: expect.any(String), offset: 1 });
    await post({ to: ['ada', 'bob'], data: { second: true }, settle: 'first-ack' }).expect(202);
    const kept = await get('/push/uids/ada/messages').expect(200);
    expect(kept.body).toEqual({
      epoch,
      offset: 2,
      messages: [
        { id, offset: 1, at: expect.any(Number), data: 'x', state: 'stored' },
        {
          id: expect.any(String),
          offset: 2,
          at: expect.any(Number),
          data: { second: true },
          state: 'stored',
        },
      ],
    });
    const page = await get('/push/uids/ada/messages?after=1&limit=1').expect(200);
    expect(page.body).toMatchObject({ messages: [{ offset: 2 }] });
    const explained = await get(`/push/messages/${id}`).expect(200);
    expect(explained.body).toEqual({
      id,
      uid: 'ada',
      offset: 1,
      at: expect.any(Number),
      state: 'stored',
      devices: [],
    });
  });

  it('explains a message to several uids for the one that is named', async () => {
    await start();
    const sent = await post({ to: ['ada', 'bob'], retain: true }).expect(202);
    const { id } = sent.body as { id: string };
    const ofBob = await get(`/push/messages/${id}?uid=bob`).expect(200);
    expect(ofBob.body).toMatchObject({ id, uid: 'bob' });
    await get(`/push/messages/${id}?uid=nobody`).expect(404);
  });

  it('answers with receipts', async () => {
    await start();
    const client = await phone();
    const answer = post({ to: 'ada', receipt: 'acked', quorum: 'all', timeout: 60_000 });
    const sent = answer.expect(202).then(({ body }) => body as object);
    await client.nextRetained();
    await client.exchange('ack', { offset: 1 });
    const { connectionId } = client;
    expect(await sent).toMatchObject({
      nodes: 1,
      offset: 1,
      receipts: [{ connectionId, device: 'phone', state: 'acked' }],
    });
  });

  it('does not know what was never kept', async () => {
    await start();
    const none = await get('/push/uids/nobody/messages').expect(200);
    expect(none.body).toEqual({ epoch: null, offset: 0, messages: [] });
    const { body } = await get('/push/messages/unknown').expect(404);
    expect(body).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('refuses what is broken, with every field', async () => {
    await start();
    const broken = {
      retain: 1,
      settle: 'x',
      undeliveredAfter: 0,
      receipt: 'x',
      quorum: 'x',
      timeout: 0,
    };
    const refused = await post({ to: 'ada', ...broken }).expect(400);
    const { message } = refused.body as { message: string[] };
    expect(message.map((sentence) => sentence.split(' ')[0]).sort()).toEqual(
      Object.keys(broken).sort(),
    );
    for (const [path, field] of [
      ['/push/uids/ada/messages?after=-1', 'after'],
      ['/push/uids/ada/messages?after=x', 'after'],
      ['/push/uids/ada/messages?after=1e3', 'after'],
      ['/push/uids/ada/messages?limit=0x10', 'limit'],
      ['/push/uids/ada/messages?limit=1001', 'limit'],
      ['/push/uids/ada/messages?limit=1&limit=2', 'limit'],
      ['/push/messages/x?uid=all', 'uid'],
    ]) {
      const { body } = await get(path).expect(400);
      expect((body as { message: string[] }).message[0]).toMatch(new RegExp(`^${field} must be`));
    }
    await post({ to: 'all', retain: true }).expect(400);
    await post({ to: 'ada', timeout: 10 }).expect(400);
  });

  it('says that there is none where there is none', async () => {
    await startApi();
    for (const refused of [
      await post({ to: 'ada', retain: true }).expect(400),
      await get('/push/uids/ada/messages').expect(400),
      await get('/push/messages/x').expect(400),
    ]) {
      const { message } = refused.body as { message: string[] };
      expect(message[0]).toContain('"history"');
    }
  });
});
