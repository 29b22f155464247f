import { afterEach, describe, expect, it } from 'vitest';
import type { PositionStorage, PushClientOptions, Recovery } from '../../src/client/index.js';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import { until } from '../support/until.js';
import { useApp } from '../support/use-app.js';
import { usePushClients } from '../support/use-push-clients.js';

const app = useApp({ push: { history: {} } });
const newClient = usePushClients();

let cable: CuttableProxy | undefined;
afterEach(() => {
  cable?.close();
  cable = undefined;
});

/** A connected client, and what it is told of its recoveries. */
async function connect(url: string, options: Partial<PushClientOptions> = {}) {
  const ada = newClient(url, options);
  const recoveries: Recovery[] = [];
  ada.client.on('recovered', (recovery) => recoveries.push(recovery));
  await ada.client.connect();
  return { ada, recoveries };
}

/** A client behind a cable. */
async function behindCable() {
  cable = await CuttableProxy.to(Number(new URL(app.url).port));
  return { cable, ...(await connect(cable.urlFor('ws:'))) };
}

const retain = (...numbers: number[]) =>
  numbers.reduce<Promise<unknown>>(
    (before, n) => before.then(() => app.push.sendToUid('ada', n, { retain: true })),
    Promise.resolve(),
  );

describe('a client that was away', () => {
  it('gets what it missed, in order and once, before what comes then', async () => {
    await app.start();
    const { cable, ada, recoveries } = await behindCable();
    await retain(1, 2);
    await until('they are there', () => ada.messages.length === 2);
    cable.cut();
    await ada.state('waiting');
    await retain(3, 4, 5);
    cable.mend();
    await until('it is back', () => recoveries.length === 1);
    await retain(6);
    await until('all are there', () => ada.messages.length === 6);
    expect(ada.messages.map(({ data }) => data)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(ada.messages.map(({ position }) => position?.offset)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(recoveries).toEqual([{ recovered: true }]);
  });

  it('is told when too much has come meanwhile', async () => {
    await app.start({ push: { history: { maxLength: 3 } } });
    const { cable, ada, recoveries } = await behindCable();
    cable.cut();
    await ada.state('waiting');
    await retain(1, 2, 3, 4, 5);
    cable.mend();
    await until('it is back', () => recoveries.length === 1);
    await retain(6);
    await until('the last is there', () => ada.messages.length === 1);
    expect(recoveries).toEqual([{ recovered: false, reason: 'trimmed' }]);
    expect(ada.messages[0]).toMatchObject({ data: 6, position: { offset: 6 } });
  });

  it('resumes in another process with the position that was kept', async () => {
    await app.start();
    const { storage, kept } = newStorage();
    await handled({ storage }, kept);
    await retain(3, 4);
    const { ada, recoveries } = await connect(app.url, { storage, storageKey: 'ada' });
    await until('they are there', () => ada.messages.length === 2);
    expect(ada.messages.map(({ data }) => data)).toEqual([3, 4]);
    expect(recoveries).toEqual([{ recovered: true }]);
  });

  it('is told when the server has forgotten everything', async () => {
    await app.start();
    const { storage, kept } = newStorage();
    await handled({ storage }, kept);
    await app.close();
    await app.start();
    const { ada, recoveries } = await connect(app.url, { storage, storageKey: 'ada' });
    await retain(3);
    await until('it is there', () => ada.messages.length === 1);
    expect(recoveries).toEqual([{ recovered: false, reason: 'epoch' }]);
  });

  function newStorage() {
    const kept = new Map<string, string>();
    const storage: PositionStorage = {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, value),
    };
    return { kept, storage };
  }

  /** A client that has handled two messages, and is gone. */
  async function handled(options: Partial<PushClientOptions>, kept: Map<string, string>) {
    const { ada } = await connect(app.url, { ...options, storageKey: 'ada' });
    await retain(1, 2);
    await until('they are handled', () => kept.get('ada')?.includes('"offset":2') === true);
    ada.client.close();
  }
});
