import { describe, expect, it } from 'vitest';
import { upgradeRequest } from '../support/raw-handshake.js';
import { READ_PATHS } from '../support/read-paths.js';
import { until } from '../support/until.js';
import { useApp } from '../support/use-app.js';
import { useWitness } from '../support/witness.js';

describe.each(READ_PATHS)('%s:', (_path, options) => {
  const app = useApp(options);
  useWitness(app);

  describe('a hostile upgrade', () => {
    it.each([
      ['a request target that is no URL', { requestLine: 'GET //[ HTTP/1.1' }],
      ['a Host header with a space', { headers: { Host: 'a b' } }],
      ['a target in absolute form', { requestLine: 'GET http://[/ HTTP/1.1' }],
    ])('with %s followed by a reset does not end the process', async (_, target) => {
      for (let i = 0; i < 5; i++) {
        const raw = await app.connectRaw();
        await raw.write(upgradeRequest(app.url, target));
        raw.reset();
      }
      const raw = await app.connectRaw();
      const { status } = await raw.handshake(target);
      expect([101, 400, 404]).toContain(status);
    });

    it('on another path gets 404', async () => {
      const raw = await app.connectRaw();
      expect(await raw.handshake({ requestLine: 'GET /elsewhere HTTP/1.1' })).toMatchObject({
        status: 404,
      });
      await raw.waitForEnd();
    });

    it.each([
      ['without a key', { 'Sec-WebSocket-Key': undefined }, 400],
      ['with a bad key', { 'Sec-WebSocket-Key': 'x' }, 400],
      ['of another version', { 'Sec-WebSocket-Version': '7' }, 400],
    ])('%s is answered with %s', async (_, headers, status) => {
      const raw = await app.connectRaw();
      expect(await raw.handshake({ headers })).toMatchObject({ status });
    });

    it('that resets right after it was accepted leaves nothing behind', async () => {
      for (let i = 0; i < 10; i++) {
        const raw = await app.openRaw();
        await raw.sendText('ghost');
        raw.reset();
      }
      await until('only the witness is left', async () => {
        return (await app.push.countConnections()) === 1;
      });
    });
  });
});
