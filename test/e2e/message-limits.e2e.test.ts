import { describe, expect, it } from 'vitest';
import { RoutePolicy, type RouteTarget } from '../../src/index.js';
import { useApp } from '../support/use-app.js';
import { ADAPTERS, usePushApi } from '../support/use-push-api.js';

/** Data that is so many bytes as JSON in UTF-8. */
function ofBytes(bytes: number): string {
  return 'é'.repeat((bytes - 2) / 2);
}

const uids = (count: number): string[] => Array.from({ length: count }, (_, i) => `uid-${i}`);

describe('data of more than maxMessageBytes', () => {
  const app = useApp({ push: { maxMessageBytes: 1_000, history: {} } });

  it('is refused by every send of the service, one byte less is not', async () => {
    const ada = await app.json('ada');
    await app.push.joinGroup('ada', 'team');
    const sends = [
      (data: unknown) => app.push.sendToUid('ada', data),
      (data: unknown) => app.push.sendToUids(['ada', 'ben'], data),
      (data: unknown) => app.push.sendToGroup('team', data),
      (data: unknown) => app.push.sendToConnection(ada.connectionId, data),
      (data: unknown) => app.push.broadcast(data),
      (data: unknown) => app.push.sendToUid('ada', data, { retain: true }),
    ];
    for (const send of sends) {
      const refused = { name: 'PushException', code: 'PAYLOAD_TOO_LARGE' };
      await expect(send(ofBytes(1_002))).rejects.toMatchObject(refused);
      await expect(send({ text: ofBytes(994) })).rejects.toMatchObject(refused);
      await send(ofBytes(1_000));
    }
    expect(await ada.settledData()).toEqual(sends.map(() => ofBytes(1_000)));
  });

  it('is refused to json and text clients, whose connections stay open', async () => {
    const [ada, ben] = [await app.json('ada'), await app.text('ben')];
    const reply = await ada.exchange('send', { to: 'ben', data: ofBytes(1_002) });
    expect(reply).toMatchObject({ event: 'error', data: { code: 'PAYLOAD_TOO_LARGE' } });
    ben.write(`ada:${ofBytes(1_002)}`);
    expect(await ben.next()).toMatch(/^error:PAYLOAD_TOO_LARGE:/);
    ben.write(`ada:${ofBytes(1_000)}`);
    expect(await ada.nextData()).toBe(ofBytes(1_000));
  });
});

const app = useApp();

it('data of more than 1 MiB is refused by default', async () => {
  const ada = await app.json('ada');
  await expect(app.push.sendToUid('ada', 'x'.repeat(1_048_575))).rejects.toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
  });
  await app.push.sendToUid('ada', 'x'.repeat(1_048_574));
  expect(await ada.nextData()).toHaveLength(1_048_574);
});

describe('a list of more than maxRecipients uids', () => {
  it('is refused to a client before the route policy is asked, by default beyond 1,000', async () => {
    const asked: number[] = [];
    class Asked extends RoutePolicy {
      allows(_: unknown, target: RouteTarget): boolean {
        if (target.kind === 'uids') asked.push(target.uids.length);
        return true;
      }
    }
    await app.start({ push: { routePolicy: new Asked() } });
    const ada = await app.json('ada');
    expect(await ada.exchange('send', { to: uids(1_001), data: 1 })).toMatchObject({
      event: 'error',
      data: { code: 'VALIDATION_FAILED', details: [{ field: 'to' }] },
    });
    expect(await ada.exchange('send', { to: uids(1_000), data: 1 })).toMatchObject({
      event: 'sent',
    });
    expect(asked).toEqual([1_000]);
  });

  it('is refused by the service', async () => {
    await app.start({ push: { maxRecipients: 2, history: {} } });
    for (const options of [undefined, { retain: true }]) {
      await expect(app.push.sendToUids(uids(3), 1, options)).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        details: [{ field: 'uids' }],
      });
      await app.push.sendToUids(uids(2), 1, options);
    }
  });
});

describe.each(ADAPTERS)('the HTTP push API on %s', (adapter) => {
  const { start, request } = usePushApi(adapter);

  it.each([{}, { 'Idempotency-Key': 'large' }])(
    'answers 413 to data that is too large, with %o',
    async (headers) => {
      await start({ push: { maxMessageBytes: 1_000 } });
      const post = (data: unknown) =>
        request('post', '/push/messages').set(headers).send({ to: 'ada', data });
      expect((await post(ofBytes(1_002))).body).toMatchObject({ statusCode: 413 });
      await request('post', '/push/messages')
        .send({ to: 'ada', data: ofBytes(1_000) })
        .expect(202);
    },
  );

  it('answers 400 to a list of too many uids, and names it', async () => {
    await start({ push: { maxRecipients: 2 } });
    const answer = await request('post', '/push/messages').send({ to: uids(3), data: 1 });
    expect(answer.body).toMatchObject({
      statusCode: 400,
      message: ['to must name at most 2 uids'],
    });
    await request('post', '/push/messages')
      .send({ to: uids(2), data: 1 })
      .expect(202);
  });
});
