import { afterEach, beforeEach, expect, it } from 'vitest';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import { toUid } from '../support/engine-node.js';
import { until } from '../support/until.js';
import { useNodes, useRedis } from '../support/use-redis.js';

const redis = useRedis();
const nodes = useNodes(() => ({ url: redis.url, offlineDelay: 1_000, leaseTime: 60_000 }));
let proxy: CuttableProxy;
beforeEach(async () => void (proxy = await CuttableProxy.to(redis.port)));
afterEach(() => proxy.close());

it('who comes back in time does not go offline while it is being placed', async () => {
  const [far, near] = [await nodes.start({ url: proxy.url }), await nodes.start()];
  (await far.connect('ann')).close();
  await until('it has gone', async () => (await near.send(toUid('ann'), 1)) === 0);
  const held = proxy.holdAnswer(/subscribe[^]*:uid:ann/);
  const back = far.connect('ann');
  const goOn = await held;
  // Whoever leaves now is offline later than ann would be.
  (await near.connect('ben')).close();
  await near.waitForOffline('ben');
  goOn();
  await back;
  expect(await far.engine.online(['ann'])).toEqual([true]);
  expect([far.presence, near.presence]).toEqual([['+ann'], ['+ben', '-ben']]);
});
