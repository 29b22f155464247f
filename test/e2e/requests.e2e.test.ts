import { describe, expect, it } from 'vitest';
import { describeRequests } from './requests/answers.js';
import { describeResponses } from './requests/responses.js';
import { asked } from '../support/asked.js';
import { useMemoryCluster } from '../support/use-cluster.js';

describe('requests over the memory engine', () => {
  const cluster = useMemoryCluster();
  describeRequests(cluster);
  describeResponses(cluster);

  it('fail when answers that wait for others take more than maxAnswerBytes', async () => {
    const app = await cluster.start({ push: { maxAnswerBytes: 10_000 } });
    const devices = await cluster.devices('ada', app, app, app);
    for (let round = 0; round < 3; round++) {
      const outcome = app.push.request('ada', 1, { policy: 'all' });
      const requests = await Promise.all(devices.map(asked));
      requests[0].answer('x'.repeat(4_000));
      requests[1].answer('x'.repeat(round === 1 ? 7_000 : 4_000));
      requests[2].answer('y');
      if (round === 1) await expect(outcome).rejects.toMatchObject({ code: 'RATE_LIMITED' });
      else expect((await outcome).answers).toHaveLength(3);
      for (const device of devices) await device.settle();
    }
    const outcome = app.push.request('ada', 1, { policy: 'any' });
    (await asked(devices[0])).answer('x'.repeat(20_000));
    expect((await outcome).answers).toHaveLength(1);
  });

  it('are refused beyond maxPendingRequests, until one is over', async () => {
    const app = await cluster.start({ push: { maxPendingRequests: 1 } });
    const ada = await app.json('ada');
    const first = app.push.request('ada', 1);
    await expect(app.push.request('ada', 2)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    const { id } = (await ada.nextEvent('request')) as { id: string };
    ada.write({ event: 'response', data: { id, data: 'done' } });
    await first;
    const second = app.push.request('ada', 2);
    const asked = (await ada.nextEvent('request')) as { id: string };
    ada.write({ event: 'response', data: { id: asked.id, data: 'again' } });
    expect(await second).toMatchObject({ answers: [{ data: 'again' }] });
  });

  it('end as UNAVAILABLE when the node that asks stops', async () => {
    const [asking, holding] = await cluster.nodes(2);
    const ada = await holding.json('ada');
    const outcome = expect(asking.push.request('ada', 1)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    await ada.nextEvent('request');
    await asking.close();
    await outcome;
    await ada.nextEvent('cancelled');
  });

  it('have their time from requestTimeout when the call names none', async () => {
    const app = await cluster.start({ push: { requestTimeout: 20 } });
    await app.json('ada');
    await expect(app.push.request('ada', 1)).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('20 ms'),
    });
  });

  it.each([
    ['uid', ['all', 1, {}]],
    ['timeout', ['ada', 1, { timeout: 0 }]],
    ['timeout', ['ada', 1, { timeout: 2 ** 31 }]],
    ['policy', ['ada', 1, { policy: 'most' as never }]],
    ['data', ['ada', undefined, {}]],
  ] as const)('are refused when %s is not what it may be', async (field, [uid, data, options]) => {
    const app = await cluster.start();
    await expect(app.push.request(uid, data, options)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ field }],
    });
  });
});
