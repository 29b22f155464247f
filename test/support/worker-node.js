// A worker in a process of its own, of the built package: `node worker-node.js <url> <prefix>
// <lease> <"hang" or "none">`. What stands on each line that it reads it sends, `{ uid, data,
// undeliveredAfter }`, and says `sent`; or asks for, `{ ask: uid, data, timeout }`. It says
// `handling` of what its handler is handed, and never is done with it.
import { createInterface } from 'node:readline';
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ConnectionRegistryService, PushModule } from '../../dist/index.js';
import { RedisEngine } from '../../dist/engine/redis/index.js';

const [url, prefix, lease, handling] = process.argv.slice(2);
const undeliveredHandler = {
  handle({ data }) {
    console.log(`handling ${data}`);
    return new Promise(() => undefined);
  },
};
const module = PushModule.forRoot({
  gateway: false,
  engine: new RedisEngine({ url, prefix }),
  history: {
    undeliveredLease: Number(lease),
    undeliveredInterval: 20,
    ...(handling === 'hang' && { undeliveredHandler }),
  },
});
const app = await NestFactory.createApplicationContext(
  { module: class Worker {}, imports: [module] },
  { logger: ['error'] },
);
const push = app.get(ConnectionRegistryService);
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const { uid, ask, data, timeout, undeliveredAfter } = JSON.parse(line);
  if (ask !== undefined) {
    push.request(ask, data, { timeout }).catch((error) => console.log(error.code));
  } else {
    await push.sendToUid(uid, data, { undeliveredAfter });
    console.log('sent');
  }
}
