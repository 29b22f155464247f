import { afterEach, beforeEach, expect, it } from 'vitest';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import { useApp } from '../support/use-app.js';
import { useRedis } from '../support/use-redis.js';

const redis = useRedis();
let proxy: CuttableProxy;
const far = useApp(() => ({ push: { engine: new RedisEngine({ url: proxy.url }) } }));
const near = useApp(() => ({ push: { engine: new RedisEngine({ url: redis.url }) } }));

beforeEach(async () => {
  proxy = await CuttableProxy.to(redis.port);
  await Promise.all([far.start(), near.start()]);
});
afterEach(() => proxy.close());

it('a login that is being placed gets what is sent to its uid, its groups and to all, in order', async () => {
  // Whoever is there already gets each message once, too.
  const [bob, ada2] = [await far.json('bob'), await near.json('ada')];
  for (const uid of ['ada', 'bob']) await near.push.joinGroup(uid, 'crew');
  const ada = await far.connectJson();
  const held = proxy.holdAnswer(/subscribe[^]*:uid:ada/);
  ada.write({ event: 'auth', data: { uid: 'ada' } });
  const goOn = await held;
  for (let i = 0; i < 3; i++) {
    expect(await near.push.sendToUid('ada', `alone ${i}`)).toMatchObject({ nodes: 2 });
    expect(await near.push.sendToUids(['ada', 'bob'], `both ${i}`)).toMatchObject({ nodes: 3 });
    expect(await near.push.sendToGroup('crew', `crew ${i}`)).toMatchObject({ nodes: 2 });
    await near.push.broadcast(`all ${i}`);
  }
  goOn();
  expect(await ada.next()).toMatchObject({ event: 'auth' });
  const all = [0, 1, 2].flatMap((i) => [`alone ${i}`, `both ${i}`, `crew ${i}`, `all ${i}`]);
  for (const text of all) expect(await ada.nextData()).toBe(text);
  for (const text of all) expect(await ada2.nextData()).toBe(text);
  for (const text of all) if (!text.startsWith('alone')) expect(await bob.nextData()).toBe(text);
  // Nor did any come twice.
  await near.push.broadcast('last');
  for (const client of [ada, ada2, bob]) expect(await client.nextData()).toBe('last');
});
