import { describe, expect, it } from 'vitest';
import { asked } from '../support/asked.js';
import { ADAPTERS, usePushApi } from '../support/use-push-api.js';

describe.each(ADAPTERS)('POST /push/requests on %s', (adapter) => {
  const { app, start, request } = usePushApi(adapter);

  /** Sends it at once, and answers what came of it. */
  function post(body: object): Promise<{ status: number; body: unknown }> {
    return request('post', '/push/requests')
      .send(body)
      .then(({ status, body: answer }) => ({ status, body: answer as unknown }));
  }

  it('answers 200 with what the devices answered', async () => {
    await start();
    const phone = await app.json({ uid: 'ada', device: 'phone' });
    const tablet = await app.json('ada');
    const answer = post({ to: 'ada', data: { approve: 17 }, timeout: 60_000, policy: 'all' });
    for (const [i, device] of [phone, tablet].entries()) {
      const { data, answer: respond } = await asked(device);
      expect(data).toEqual({ approve: 17 });
      respond(i);
      await device.settle();
    }
    expect(await answer).toEqual({
      status: 200,
      body: {
        answers: [
          { connectionId: phone.connectionId, device: 'phone', data: 0 },
          { connectionId: tablet.connectionId, data: 1 },
        ],
      },
    });
  });

  it('answers 404 when nobody is there, 504 when nobody answers, 409 when everybody refuses', async () => {
    await start();
    expect(await post({ to: 'ada', data: 1 })).toMatchObject({
      status: 404,
      body: { statusCode: 404, code: 'OFFLINE', error: 'Not Found' },
    });
    const ada = await app.json('ada');
    expect(await post({ to: 'ada', data: 1, timeout: 1 })).toMatchObject({
      status: 504,
      body: { statusCode: 504, code: 'TIMEOUT', error: 'Gateway Timeout' },
    });
    await asked(ada);
    const refused = post({ to: 'ada', data: 1 });
    (await asked(ada)).refuse('BUSY');
    expect(await refused).toMatchObject({
      status: 409,
      body: { statusCode: 409, code: 'REJECTED', error: 'Conflict' },
    });
  });

  it('answers 429 beyond maxPendingRequests', async () => {
    await start({ push: { maxPendingRequests: 1 } });
    const ada = await app.json('ada');
    const first = post({ to: 'ada', data: 1 });
    const { answer } = await asked(ada);
    expect(await post({ to: 'ada', data: 2 })).toMatchObject({ status: 429 });
    answer(1);
    expect(await first).toMatchObject({ status: 200 });
  });

  it.each([
    ['nothing', {}, ['to', 'data']],
    ['"all"', { to: 'all', data: 1 }, ['to']],
    ['a list', { to: ['ada'], data: 1 }, ['to']],
    ['half a millisecond', { to: 'ada', data: 1, timeout: 0.5 }, ['timeout']],
    ['a timeout that is text', { to: 'ada', data: 1, timeout: '5' }, ['timeout']],
    ['another policy', { to: 'ada', data: 1, policy: 'most' }, ['policy']],
    ['an unknown property', { to: 'ada', data: 1, retain: true }, ['retain']],
  ])('answers 400 to %s, naming what is broken', async (_, body, fields) => {
    await start();
    const answer = await request('post', '/push/requests').send(body);
    expect(answer.status).toBe(400);
    const { message } = answer.body as { message: string[] };
    expect(message.map((sentence) => /^\w+/.exec(sentence)![0])).toEqual(fields);
  });

  it('answers 401 without a key, and 413 above the body limit', async () => {
    await start();
    await request('post', '/push/requests', 'wrong').send({ to: 'ada', data: 1 }).expect(401);
    const body = { to: 'ada', data: 'x'.repeat(1_048_576) };
    await request('post', '/push/requests').send(body).expect(413);
  });
});
