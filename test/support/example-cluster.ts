import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { Mailbox } from './mailbox.js';

/** The built example as `npm run start:cluster` runs it: a primary and a worker for each core. */
export class ExampleCluster {
  readonly workers = availableParallelism();
  private readonly lines = new Mailbox<string>((line) => line, 30_000);
  private readonly primary: ChildProcess;

  constructor(port: number, redisUrl: string) {
    const primary = spawn(process.execPath, ['dist/main.js', '--cluster'], {
      env: { ...process.env, NO_COLOR: '1', PORT: String(port), REDIS_URL: redisUrl },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [primary.stdout, primary.stderr]) {
      createInterface(stream).on('line', (line) => this.lines.put(line));
    }
    this.primary = primary;
  }

  /** Waits until so many workers more than before listen. */
  async listening(count = this.workers): Promise<void> {
    for (let i = 0; i < count; i++) {
      await this.lines.take('a worker that listens', (line) => line.startsWith('Listening'));
    }
  }

  /** Waits until the primary tells that a worker has ended; answers what it tells. */
  ended(): Promise<string> {
    return this.lines.take('a worker that ends', (line) => line.startsWith('A worker has ended'));
  }

  /** The process id of some worker: it stands in every line that Nest logs. */
  async workerId(): Promise<number> {
    const line = await this.lines.take('a line of Nest', (text) => /\[Nest\] \d+/.test(text));
    return Number(/\[Nest\] (\d+)/.exec(line)?.[1]);
  }

  /** Ends it as an operator would. */
  async stop(): Promise<void> {
    if (this.primary.exitCode !== null || this.primary.signalCode !== null) return;
    this.primary.kill('SIGTERM');
    await once(this.primary, 'exit');
  }
}
