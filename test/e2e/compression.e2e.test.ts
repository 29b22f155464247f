import { describe, expect, it } from 'vitest';
import { gzipSync } from 'node:zlib';
import { READ_PATHS } from '../support/read-paths.js';
import { useApp } from '../support/use-app.js';

describe.each(READ_PATHS)('%s:', (_path, options) => {
  const app = useApp(options);

  describe('compression', () => {
    it('is not offered unless the option says so', async () => {
      const raw = await app.connectRaw();
      const { headers } = await raw.handshake({
        headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
      });
      expect(headers.get('sec-websocket-extensions')).toBeUndefined();
      await raw.send({ rsv: 4, payload: gzipSync('x') });
      expect(await raw.waitForCloseFrame()).toMatchObject({ code: 1002 });
    });

    it('works in both directions when the option says so', async () => {
      await app.start({ push: { perMessageDeflate: { threshold: 0 } } });
      const [ada, bob] = [await app.json('ada'), await app.json('bob')];
      const data = 'compress me '.repeat(500);
      ada.write({ event: 'send', data: { to: 'bob', data } });
      expect(await bob.next()).toMatchObject({ data: { from: 'ada', data } });
    });
  });
});
