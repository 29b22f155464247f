import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { start } from './start.js';

/** A worker that ends sooner than this, in milliseconds, would end again: it is not replaced. */
const TOO_SOON = 5_000;

/**
 * The example in as many processes as there are cores, on one port: Node hands each new socket
 * to one of them, and Redis makes them one system.
 *
 * @throws Error without REDIS_URL: the processes would not know of each other's users
 */
export async function startCluster(env: NodeJS.ProcessEnv): Promise<void> {
  if (cluster.isWorker) return start(env);
  if (!env.REDIS_URL) {
    throw new Error('start:cluster needs REDIS_URL, for example redis://127.0.0.1:6379.');
  }
  let ending = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      ending = true;
      for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
    });
  }
  const fork = (): void => {
    const began = performance.now();
    cluster.fork(env).once('exit', () => {
      if (!ending && performance.now() - began > TOO_SOON) fork();
    });
  };
  for (let i = 0; i < availableParallelism(); i++) fork();
}
