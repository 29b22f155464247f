import { describe, expect, it } from 'vitest';
import { useApp } from '../support/use-app.js';

const app = useApp();

describe('ConnectionRegistryService', () => {
  it('sends to a uid, to uids, to a connection and to everyone', async () => {
    const [ada, adasPhone, bob] = [
      await app.json('ada'),
      await app.json('ada'),
      await app.json('bob'),
    ];
    expect(await app.push.sendToUid('ada', 1)).toEqual({ id: expect.any(String), nodes: 1 });
    await app.push.sendToUids(['ada', 'bob', 'nobody'], 2);
    await app.push.sendToConnection(adasPhone.connectionId, 3);
    await app.push.broadcast(4);
    expect(await ada.settledData()).toEqual([1, 2, 4]);
    expect(await adasPhone.settledData()).toEqual([1, 2, 3, 4]);
    expect(await bob.settledData()).toEqual([2, 4]);
  });

  it('says nodes: 0 when nobody is there', async () => {
    await app.start();
    for (const result of [
      await app.push.sendToUid('nobody', 1),
      await app.push.sendToUids(['nobody'], 1),
      await app.push.sendToUids([], 1),
      await app.push.sendToGroup('nothing', 1),
      await app.push.sendToConnection('@0000000000.1', 1),
      await app.push.broadcast(1),
    ]) {
      expect(result.nodes).toBe(0);
    }
  });

  it('leaves out uids and connections in `except`, without changing `nodes`', async () => {
    const [ada, adasPhone, bob] = [
      await app.json('ada'),
      await app.json('ada'),
      await app.json('bob'),
    ];
    expect(await app.push.broadcast(1, { except: 'ada' })).toMatchObject({ nodes: 1 });
    await app.push.sendToUid('ada', 2, { except: [adasPhone.connectionId] });
    expect(await app.push.sendToUid('bob', 3, { except: ['bob'] })).toMatchObject({ nodes: 1 });
    expect(await ada.settledData()).toEqual([2]);
    expect(await adasPhone.settledData()).toEqual([]);
    expect(await bob.settledData()).toEqual([1]);
  });
});
