/**
 * A node whose sends are measured: `node node.js <another build, or nothing> <url of Redis, or
 * nothing for memory>`. Another build keeps nothing: it may be from before that could be.
 */
import { pathToFileURL } from 'node:url';
import * as built from 'nestjs-uid-push';
import * as builtRedis from 'nestjs-uid-push/redis';
import { answerCommands } from '../../lib/processes/commands.js';
import { usage } from '../../lib/processes/usage.js';
import { startPushApp } from '../../lib/servers/push-app.js';

const [dist, url] = process.argv.slice(2);
const isOurs = dist === '';
/** @param {string} file */
const other = (file) => import(new URL(file, `${pathToFileURL(dist).href}/`).href);
/** @type {typeof built} */
const build = isOurs ? built : await other('index.js');
/** @type {typeof builtRedis} */
const { RedisEngine } = isOurs ? builtRedis : await other('engine/redis/index.js');

const engine = url === '' ? new build.MemoryEngine() : new RedisEngine({ url });
const { app, push } = await startPushApp({ engine, ...(isOurs && { history: {} }) }, build);

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
