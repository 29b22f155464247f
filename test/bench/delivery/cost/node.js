/** A node whose sends are measured; its argument is the URL of Redis, or nothing for memory. */
import { MemoryEngine } from 'nestjs-uid-push';
import { RedisEngine } from 'nestjs-uid-push/redis';
import { answerCommands } from '../../lib/processes/commands.js';
import { usage } from '../../lib/processes/usage.js';
import { startPushApp } from '../../lib/servers/push-app.js';

const [url] = process.argv.slice(2);
const engine = url === undefined ? new MemoryEngine() : new RedisEngine({ url });
const { app, push } = await startPushApp({ engine, history: {} });

/** Options by what is measured. @type {Record<string, import('nestjs-uid-push').SendOptions | undefined>} */
const KINDS = { plain: undefined, retained: { retain: true } };

answerCommands({
  port: () => app.getHttpServer().address().port,
  usage,
  memory: () => process.memoryUsage().rss,

  /** So many messages, one uid after the other, so many under way at a time. */
  async send(/** @type {{ kind: string, count: number, uids: number, inFlight: number }} */ work) {
    const { kind, count, uids, inFlight } = work;
    const options = KINDS[kind];
    let next = 0;
    const sender = async () => {
      while (next < count) {
        const n = next++;
        await push.sendToUid(`u${n % uids}`, 'x'.repeat(64), options);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, sender));
  },
});
