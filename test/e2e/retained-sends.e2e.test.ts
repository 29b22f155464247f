import { describe, expect, it } from 'vitest';
import { MemoryEngine } from '../../src/index.js';
import { useApp } from '../support/use-app.js';

const app = useApp({ push: { history: {} } });

describe('a retained message', () => {
  it('to a uid has the next place in its stream, whether the uid is online or not', async () => {
    await app.start();
    const first = await app.push.sendToUid('ada', 1, { retain: true });
    expect(first).toEqual({
      id: expect.any(String),
      nodes: 0,
      epoch: expect.any(String),
      offset: 1,
    });
    const ada = await app.json('ada');
    const second = await app.push.sendToUid('ada', { two: 2 }, { retain: { ttl: 60_000 } });
    expect(second).toMatchObject({ nodes: 1, epoch: first.epoch, offset: 2 });
    const { event, data } = await ada.next();
    expect({ event, data }).toEqual({
      event: 'message',
      data: { id: second.id, offset: 2, data: { two: 2 } },
    });
  });

  it('to several uids, or to a group, is appended for each of them once', async () => {
    const ada = await app.json('ada');
    await app.push.joinGroup('ada', 'team');
    await app.push.joinGroup('away', 'team');
    const options = { retain: true } as const;
    const toUids = await app.push.sendToUids(['ada', 'ben', 'ada'], 1, options);
    expect(toUids).toEqual({ id: expect.any(String), nodes: 1 });
    await app.push.sendToGroup('team', 2, options);
    expect(await app.push.sendToUid('ada', 3, options)).toMatchObject({ offset: 3 });
    expect(await app.push.sendToUid('ben', 3, options)).toMatchObject({ offset: 2 });
    expect(await app.push.sendToUid('away', 3, options)).toMatchObject({ offset: 2 });
    expect(await ada.settledData()).toEqual([1, 2, 3]);
  });

  it('leaves out who is in except, a uid with its stream', async () => {
    const [ada, phone] = [await app.json('ada'), await app.json('ada')];
    const except = ['ben', phone.connectionId];
    const options = { retain: true, except };
    expect(await app.push.sendToUids(['ada', 'ben'], 1, options)).toMatchObject({ nodes: 1 });
    expect(await app.push.sendToUid('ben', 1, options)).toEqual({
      id: expect.any(String),
      nodes: 0,
    });
    expect(await app.push.sendToUid('ben', 2, { retain: true })).toMatchObject({ offset: 1 });
    expect(await ada.settledData()).toEqual([1]);
    expect(await phone.settledData()).toEqual([]);
  });

  it('keeps its order among those that are only sent', async () => {
    const ada = await app.json('ada');
    const sent = Array.from({ length: 20 }, (_, i) =>
      app.push.sendToUid('ada', i, { retain: i % 2 === 0 }),
    );
    await Promise.all(sent);
    expect(await ada.settledData()).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it.each([
    ['a ttl of nothing', { retain: { ttl: 0 } }, 'retain'],
    ['a retain that is a word', { retain: 'yes' as never }, 'retain'],
    ['another way to settle', { settle: 'all' as never }, 'settle'],
    [
      'what retains, and yet is not to be',
      { retain: false, settle: 'first-ack' as const },
      'retain',
    ],
  ])('is refused with %s', async (_, options, field) => {
    await app.start();
    await expect(app.push.sendToUid('ada', 1, options)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ field }],
    });
  });

  it('is refused for everyone and for one connection, which have no stream', async () => {
    const { connectionId } = await app.json('ada');
    const options = { retain: true } as object;
    const refusal = {
      code: 'VALIDATION_FAILED',
      message: expect.stringContaining('uids and groups'),
    };
    await expect(app.push.broadcast(1, options)).rejects.toMatchObject(refusal);
    const toConnection = app.push.sendToConnection(connectionId, 1, options);
    await expect(toConnection).rejects.toMatchObject(refusal);
  });

  it('is refused when it is larger than what may be kept of a uid', async () => {
    await app.start({ push: { history: { maxBytes: 1_024 } } });
    const large = app.push.sendToUid('ada', 'x'.repeat(2_000), { retain: true });
    await expect(large).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });
});

describe('without a history', () => {
  it('asking for one is an error that names the option', async () => {
    await app.start({ push: { history: undefined } });
    for (const options of [{ retain: true }, { settle: 'first-ack' }] as const) {
      await expect(app.push.sendToUid('ada', 1, options)).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        message: expect.stringContaining('"history"'),
      });
    }
    expect(await app.push.sendToUid('ada', 1, { retain: false })).toMatchObject({ nodes: 0 });
  });

  it('a wrong option of it stops the start, and so does an engine that cannot keep', async () => {
    const misspelt = { maxLenght: 1 } as object;
    await expect(app.start({ push: { history: misspelt } })).rejects.toThrow('"maxLenght"');
    await expect(app.start({ push: { history: { maxRecovered: 0 } } })).rejects.toThrow(
      'option "maxRecovered" is 0',
    );
    const engine = new MemoryEngine();
    const forgetful = new Proxy(engine, {
      has: (target, key) => key !== 'history' && key in target,
    });
    await expect(app.start({ push: { engine: forgetful, history: {} } })).rejects.toThrow(
      '"store"',
    );
    await app.start({ push: { engine: forgetful, history: { store: engine } } });
    expect(await app.push.sendToUid('ada', 1, { retain: true })).toMatchObject({ offset: 1 });
  });
});
