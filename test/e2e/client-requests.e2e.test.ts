import { describe, expect, it } from 'vitest';
import { PushClientError } from '../../src/client/index.js';
import { useApp } from '../support/use-app.js';
import { usePushClients } from '../support/use-push-clients.js';

const app = useApp();
const newClient = usePushClients();

async function connected() {
  const { client } = newClient(app.url);
  await client.connect();
  return client;
}

/** A promise, and how to fulfil it. */
function deferred<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => (resolve = settle));
  return { promise, resolve };
}

describe('a request of the application', () => {
  it('is answered by the handler of the client', async () => {
    await app.start();
    const client = await connected();
    client.onRequest((data) => ({ echo: data }));
    const { answers } = await app.push.request('ada', { question: 'who?' });
    expect(answers).toMatchObject([{ data: { echo: { question: 'who?' } } }]);
  });

  it('is refused with the code of the handler, or for want of one', async () => {
    await app.start();
    const client = await connected();
    await expect(app.push.request('ada', 1)).rejects.toMatchObject({ code: 'REJECTED' });
    client.onRequest(() => {
      throw new PushClientError('BUSY', 'Ask later.');
    });
    await expect(app.push.request('ada', 1)).rejects.toMatchObject({ code: 'REJECTED' });
    expect(client.state.name).toBe('connected');
  });

  it('is over for the device when its time is up, and a later answer harms nobody', async () => {
    await app.start();
    const client = await connected();
    const [late, over] = [deferred<string>(), deferred<unknown>()];
    client.onRequest((_, { signal }) => {
      signal.addEventListener('abort', () => over.resolve('over'));
      return late.promise;
    });
    const asking = app.push.request('ada', 1, { timeout: 50 });
    await expect(asking).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(await over.promise).toBe('over');
    late.resolve('too late');
    client.onRequest(() => 'in time');
    const { answers } = await app.push.request('ada', 2);
    expect(answers).toMatchObject([{ data: 'in time' }]);
  });

  it('is over for the other devices when one has answered', async () => {
    await app.start();
    const [slow, quick] = [await connected(), await connected()];
    const [asked, over] = [deferred<void>(), deferred<string>()];
    slow.onRequest((_, { signal }) => {
      asked.resolve();
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          over.resolve('over');
          reject(new Error('nobody listens'));
        });
      });
    });
    quick.onRequest(() => asked.promise.then(() => 'first'));
    const { answers } = await app.push.request('ada', 1, { policy: 'any' });
    expect(answers).toMatchObject([{ data: 'first' }]);
    expect(await over.promise).toBe('over');
  });
});
