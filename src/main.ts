import { startCluster } from './app/start-cluster.js';
import { start } from './app/start.js';

const serve = process.argv.includes('--cluster') ? startCluster : start;

serve(process.env).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  // What was opened on the way, such as a worker's channel, must not keep it alive.
  process.exit(1);
});
