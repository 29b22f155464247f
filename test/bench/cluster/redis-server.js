/**
 * A `redis-server` of its own on a free port, without persistence. This process stands between
 * it and the bench: however the bench ends, this one does too, and ends the server.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createClient } from 'redis';
import { answerCommands } from '../lib/processes/commands.js';
import { freePort } from '../lib/processes/free-port.js';

const port = await freePort();
const where = ['--port', String(port), '--bind', '127.0.0.1'];
const redis = spawn('redis-server', [...where, '--save', '', '--appendonly', 'no'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
process.on('exit', () => redis.kill('SIGKILL'));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
redis.on('exit', () => process.exit(1));
redis.on('error', (error) => {
  console.error(`redis-server cannot be started: ${error.message}`);
  process.exit(1);
});

for await (const line of createInterface({ input: redis.stdout })) {
  if (line.includes('Ready to accept connections')) break;
}
redis.stdout.resume();

const url = `redis://127.0.0.1:${port}`;
const client = await createClient({ url }).connect();

/** @param {string} section @param {string[]} fields */
async function info(section, fields) {
  const text = await client.info(section);
  return fields.map((field) => new RegExp(`^${field}:(\\S+)`, 'm').exec(text)?.[1]);
}

answerCommands({
  url: () => url,
  version: async () => (await info('server', ['redis_version']))[0],
  keys: () => client.dbSize(),

  /** As `lib/usage.js`. Redis tells microseconds; /proc/<pid>/stat hundredths of a second. */
  async usage() {
    const seconds = await info('cpu', ['used_cpu_user', 'used_cpu_sys']);
    return { cpu: (Number(seconds[0]) + Number(seconds[1])) * 1e6, at: performance.now() * 1000 };
  },

  /**
   * Since it was started: commands that were executed, those within scripts included, scripts that
   * were called, and bytes that went in and out.
   */
  async traffic() {
    const names = ['total_commands_processed', 'total_net_input_bytes', 'total_net_output_bytes'];
    const [commands, read, written] = await info('stats', names);
    const calls = /^cmdstat_evalsha:calls=(\d+)/m.exec(await client.info('commandstats'));
    const bytes = Number(read) + Number(written);
    return { commands: Number(commands), scripts: Number(calls?.[1] ?? 0), bytes };
  },

  /** Bytes. */
  async memory() {
    const [used, peak, rss] = await info('memory', [
      'used_memory',
      'used_memory_peak',
      'used_memory_rss',
    ]);
    return { used: Number(used), peak: Number(peak), rss: Number(rss) };
  },
});
