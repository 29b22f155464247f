import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach } from 'vitest';
import { Mailbox } from './mailbox.js';

export interface WorkerOptions {
  url: string;
  prefix: string;
  /** @default 60_000 ms */
  undeliveredLease?: number;
  /** It takes on undelivered messages, and is never done with them. */
  hangs?: boolean;
}

/** A worker in a process of its own, of the built package. */
export interface Worker {
  /** Waits until it has printed this line. */
  says(line: string): Promise<string>;
  send(uid: string, data: string, undeliveredAfter: number): Promise<void>;
  /** Asks the uid's devices; should it fail, the worker says the code. */
  ask(uid: string, data: string, timeout: number): void;
  kill(): Promise<void>;
}

/** Starts workers for a test; they end with it. */
export function useWorkers(): (options: WorkerOptions) => Promise<Worker> {
  const running: Worker[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((worker) => worker.kill()));
  });
  return async (options) => {
    const worker = startWorker(options);
    running.push(worker);
    await worker.says('ready');
    return worker;
  };
}

function startWorker(options: WorkerOptions): Worker {
  const { url, prefix, undeliveredLease = 60_000, hangs = false } = options;
  const args = [url, prefix, String(undeliveredLease), hangs ? 'hang' : 'none'];
  const child = spawn(process.execPath, ['test/support/worker-node.js', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const said = new Mailbox<string>((line) => line);
  createInterface(child.stdout).on('line', (line) => said.put(line));
  const says = (line: string) => said.take(line, (one) => one === line);
  return {
    says,
    async send(uid, data, undeliveredAfter) {
      child.stdin.write(`${JSON.stringify({ uid, data, undeliveredAfter })}\n`);
      await says('sent');
    },
    ask(uid, data, timeout) {
      child.stdin.write(`${JSON.stringify({ ask: uid, data, timeout })}\n`);
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
