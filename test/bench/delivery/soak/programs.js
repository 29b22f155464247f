/** The processes of the soak: each ends with this one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../lib/processes/free-port.js';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A program that says on its standard output when it is ready. */
class Program {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;

  /** @param {string} command @param {string[]} args @param {string} ready */
  constructor(command, args, ready) {
    this.command = command;
    this.args = args;
    this.ready = ready;
  }

  async start() {
    const child = spawn(this.command, this.args, { stdio: ['ignore', 'pipe', 'inherit'] });
    running.add(child);
    this.#child = child;
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.includes(this.ready)) continue;
      child.stdout.resume();
      return;
    }
    throw new Error(`${this.command} ended before it was ready.`);
  }

  /** @param {NodeJS.Signals} signal */
  async end(signal) {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    running.delete(child);
  }
}

/** A Redis that keeps its data over a restart. */
export async function startRedis() {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'push-soak-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  const where = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir];
  const keep = ['--save', '', '--appendonly', 'yes'];
  const program = new Program('redis-server', [...where, ...keep], 'Ready to accept');
  await program.start();
  return { url: `redis://127.0.0.1:${port}`, program };
}

/** @param {string} redisUrl */
export async function startNode(redisUrl) {
  const port = await freePort();
  const script = fileURLToPath(new URL('node.js', import.meta.url));
  const program = new Program(process.execPath, [script, redisUrl, String(port)], 'ready');
  await program.start();
  return { port, program };
}
