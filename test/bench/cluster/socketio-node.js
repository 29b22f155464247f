/** A node of Socket.IO with its classic Redis adapter; its argument is the URL of Redis. */
import { createAdapter } from '@socket.io/redis-adapter';
import { createClient } from 'redis';
import { startSocketIo } from '../lib/servers/socketio-app.js';
import { serveNode } from './serve-node.js';

const publisher = createClient({ url: process.argv[2] });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

await serveNode(await startSocketIo({ adapter: createAdapter(publisher, subscriber) }));
