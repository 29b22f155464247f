import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { readSettings } from './settings.js';
import { start } from './start.js';
import { WorkerSlot } from './worker-slot.js';

/**
 * The example in as many processes as there are cores, on one port: Node hands each new socket
 * to one of them, and Redis makes them one system.
 *
 * @throws Error without REDIS_URL: the processes would not know of each other's users
 */
export async function startCluster(env: NodeJS.ProcessEnv): Promise<void> {
  if (cluster.isWorker) return start(env);
  // What would be wrong for every worker is said once, and nothing starts.
  if (!readSettings(env).redisUrl) {
    throw new Error('start:cluster needs REDIS_URL, for example redis://127.0.0.1:6379.');
  }
  const slots = Array.from({ length: availableParallelism() }, () => new WorkerSlot(env));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      for (const slot of slots) slot.end(signal);
    });
  }
  for (const slot of slots) slot.fill();
}
