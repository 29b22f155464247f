import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.js';
import { until } from './until.js';

export interface Example {
  process: ChildProcess;
  url: string;
  http: string;
  /** Everything that it has printed. */
  output: string[];
  /** What it tells to paste into terminals, once it has told. */
  linesToPaste(): Promise<string[]>;
  /** Ends it as an operator would; answers the signal that it ended by. */
  stop(): Promise<NodeJS.Signals | null>;
}

/** Runs the built example in a process of its own, as `npm start` does after its build. */
export async function startExample(env: Record<string, string> = {}): Promise<Example> {
  const port = Number(env.PORT ?? (await freePort()));
  const child = spawn(process.execPath, ['dist/main.js'], {
    env: { ...process.env, NODE_ENV: 'production', ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  createInterface(child.stderr).on('line', (line) => output.push(line));
  const lines = createInterface(child.stdout);
  const listening = new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      output.push(line);
      if (line.startsWith('Listening')) resolve();
    });
    child.once('exit', (code) =>
      reject(new Error(`The example ended with ${code}: ${output.join('\n')}`)),
    );
  });
  await listening;
  return {
    process: child,
    url: `ws://127.0.0.1:${port}/`,
    http: `http://127.0.0.1:${port}`,
    output,
    async linesToPaste() {
      const pasted = (): string[] => output.filter((line) => /^ {2}\S/.test(line));
      await until('there are two lines to paste', () => pasted().length >= 2);
      return pasted().map((line) => line.trim());
    },
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<NodeJS.Signals | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.signalCode;
  child.kill('SIGTERM');
  await once(child, 'exit');
  return child.signalCode;
}
