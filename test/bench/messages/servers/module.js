/** This package, as its users start it. */
import { startPushApp } from '../../lib/servers/push-app.js';
import { serve } from './serve.js';

const { app, push } = await startPushApp();

serve({
  port: app.getHttpServer().address().port,
  sendToUid: (uid, data) => push.sendToUid(uid, data),
  broadcast: (data) => push.broadcast(data),
  countConnections: () => push.countConnections(),
});
