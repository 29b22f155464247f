// A node in a process of its own, of the built package: `node redis-node.js <url> <prefix>
// <leaseTime> <first uid> <uids>` holds that many users, says so, and waits to be killed.
import { LocalNode } from '../../dist/registry/local-node.js';
import { RedisEngine } from '../../dist/engine/redis/index.js';
import { JsonCodec } from '../../dist/protocol/json.codec.js';
import { Signals } from '../../dist/signals/signals.js';

const [url, prefix, leaseTime, first, count] = process.argv.slice(2);
const engine = new RedisEngine({ url, prefix, leaseTime: Number(leaseTime) });
const options = { maxConnectionsPerUid: 0, connectionLimitPolicy: 'refuse' };
const local = new LocalNode(engine, options, new Signals());
await engine.start(local);

const codec = new JsonCodec();
const nothing = ['attached', 'deliver', 'write', 'shut', 'expireAt', 'abortOnClose'];
const transport = Object.fromEntries(nothing.map((name) => [name, () => undefined]));
const details = (i) => ({ uid: `u${Number(first) + i}`, codec, address: '127.0.0.1' });
await Promise.all(
  Array.from({ length: Number(count) }, (_, i) => local.attach(transport, details(i))),
);
console.log('ready');
setInterval(() => undefined, 60_000);
