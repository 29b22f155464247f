import { describe, expect, it } from 'vitest';
import { useApp } from '../support/use-app.js';

const app = useApp();

describe('ConnectionRegistryService', () => {
  it('reaches groups of uids, with connections that come later, and of connections', async () => {
    const [ada, bobsTab, bobsPhone] = [
      await app.json('ada'),
      await app.json('bob'),
      await app.json('bob'),
    ];
    await app.push.joinGroup('ada', 'news');
    await app.push.joinGroup(bobsTab.connectionId, 'news');
    const adasPhone = await app.json('ada');
    expect(await app.push.sendToGroup('news', 1)).toMatchObject({ nodes: 1 });
    expect((await app.push.uidsInGroup('news')).sort()).toEqual(['ada', 'bob']);
    await app.push.leaveGroup('ada', 'news');
    await app.push.sendToGroup('news', 2);
    await app.push.dissolveGroup('news');
    expect(await app.push.sendToGroup('news', 3)).toMatchObject({ nodes: 0 });
    expect(await ada.settledData()).toEqual([1]);
    expect(await adasPhone.settledData()).toEqual([1]);
    expect(await bobsTab.settledData()).toEqual([1, 2]);
    expect(await bobsPhone.settledData()).toEqual([]);
  });

  it('keeps a connection in a group that it is in by itself when its uid leaves', async () => {
    const ada = await app.json('ada');
    await app.push.joinGroup('ada', 'news');
    await app.push.joinGroup(ada.connectionId, 'news');
    await app.push.leaveGroup('ada', 'news');
    expect(await app.push.sendToGroup('news', 1)).toMatchObject({ nodes: 1 });
    await app.push.leaveGroup(ada.connectionId, 'news');
    expect(await app.push.sendToGroup('news', 2)).toMatchObject({ nodes: 0 });
  });

  it('keeps a uid in its groups while it is offline', async () => {
    await app.start();
    await app.push.joinGroup('ada', 'news');
    expect(await app.push.uidsInGroup('news')).toEqual(['ada']);
    expect(await app.push.sendToGroup('news', 1)).toMatchObject({ nodes: 0 });
    const ada = await app.json('ada');
    await app.push.sendToGroup('news', 2);
    expect(await ada.settledData()).toEqual([2]);
  });
});
