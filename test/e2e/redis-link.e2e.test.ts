import { expect, it } from 'vitest';
import { Link } from '../../src/engine/redis/servers/link.js';
import { until } from '../support/until.js';
import { useRedis } from '../support/use-redis.js';

const redis = useRedis();

it('a link that is closed by what it hears takes nothing more, and nothing twice', async () => {
  const heard: string[] = [];
  let closed!: () => void;
  const closing = new Promise<void>((resolve) => (closed = resolve));
  const link = await Link.open({
    name: 'redis',
    client: { url: redis.url },
    clustered: false,
    commandTimeout: 3_000,
    maxPendingBytes: 65_536,
    maxUnreadBytes: 65_536,
    onMessage: (from, _channel, text) => {
      heard.push(text);
      from.close('enough');
    },
    onMoved: () => undefined,
    onCutOff: () => undefined,
    onReadOnly: () => undefined,
    onClose: closed,
  });
  await link.subscribe(['channel'], { moved: () => undefined });
  // One script, so that all come with one read.
  const script = "for i = 1, 3 do redis.call('PUBLISH', 'channel', i) end";
  await redis.cli('EVAL', script, '0');
  await closing;
  await until(
    'its connections have ended',
    async () => !(await redis.cli('CLIENT', 'LIST')).includes('sub=1'),
  );
  expect(heard).toEqual(['1']);
});
