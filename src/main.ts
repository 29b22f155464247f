import { startCluster } from './app/start-cluster.js';
import { start } from './app/start.js';

const serve = process.argv.includes('--cluster') ? startCluster : start;

serve(process.env).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
