import { describe, expect, it } from 'vitest';
import { eventsOf } from '../support/events.js';
import { READ_PATHS } from '../support/read-paths.js';
import { useApp } from '../support/use-app.js';

describe.each(READ_PATHS)('%s:', (_path, options) => {
  const app = useApp(options);

  describe('a client that reads too slowly', () => {
    it('is closed with 4513 when more waits for it than the option allows', async () => {
      await app.start({ push: { maxBufferedBytes: 65_536 } });
      const events = eventsOf(app.push);
      const slow = await app.text('slow');
      slow.pause();
      const bulk = 'x'.repeat(1_000_000);
      while (await app.push.isOnline('slow')) await app.push.sendToUid('slow', bulk);
      const closed = await events.waitFor(({ type }) => type === 'disconnected');
      expect(closed).toMatchObject({ code: 4513 });
      await events.waitFor(({ type }) => type === 'offline');
    });
  });
});
