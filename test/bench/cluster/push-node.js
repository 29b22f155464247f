/** A node of this package, as its users start it; its argument is the URL of Redis. */
import { RedisEngine } from 'nestjs-uid-push/redis';
import { startPushApp } from '../lib/servers/push-app.js';
import { serveNode } from './serve-node.js';

const { app, push } = await startPushApp({ engine: new RedisEngine({ url: process.argv[2] }) });

await serveNode(
  {
    port: app.getHttpServer().address().port,
    sendToUid: (uid, data) => push.sendToUid(uid, data),
    broadcast: (data) => push.broadcast(data),
    countConnections: () => push.countConnections(),
  },
  { counts: () => push.counts() },
);
