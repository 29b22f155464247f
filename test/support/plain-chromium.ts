import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { until } from './until.js';

interface Answer {
  id: number;
  result?: { result?: { value?: unknown }; exceptionDetails?: { exception: object } };
  error?: { message: string };
}

/** One tab, spoken to in the DevTools protocol. */
export class PlainTab {
  private lastId = 0;

  constructor(private readonly socket: WebSocket) {}

  async send(method: string, params: object = {}): Promise<NonNullable<Answer['result']>> {
    const id = ++this.lastId;
    this.socket.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const [data] = (await once(this.socket, 'message')) as [Buffer];
      const answer = JSON.parse(data.toString()) as Answer;
      if (answer.id !== id) continue;
      if (answer.result === undefined) throw new Error(answer.error?.message);
      return answer.result;
    }
  }

  /** Runs a script in the page, which may await and return. */
  async run<Result>(script: string): Promise<Result> {
    const expression = `(async () => { ${script} })()`;
    const options = { awaitPromise: true, returnByValue: true };
    const evaluated = await this.send('Runtime.evaluate', { expression, ...options });
    const { result, exceptionDetails } = evaluated;
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails.exception));
    return result?.value as Result;
  }
}

/**
 * A Chromium as people have it. Playwright keeps every page looked at, and a page that is looked
 * at is never frozen.
 */
export class PlainChromium {
  private constructor(
    private readonly process: ChildProcess,
    private readonly profile: string,
    private readonly http: string,
  ) {}

  static async start(): Promise<PlainChromium> {
    const profile = await mkdtemp(join(tmpdir(), 'chromium-'));
    const child = spawn(
      '/usr/bin/chromium',
      [
        '--headless=new',
        '--no-sandbox',
        '--disable-background-networking',
        '--remote-debugging-port=0',
        `--user-data-dir=${profile}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const address = await new Promise<string>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`Chromium ended with ${code}.`)));
      createInterface(child.stderr).on('line', (line) => {
        const found = /listening on ws:\/\/([^/]+)/.exec(line);
        if (found) resolve(found[1]);
      });
    });
    return new PlainChromium(child, profile, `http://${address}`);
  }

  /** A tab that is looked at; the one before it is hidden. */
  async open(url: string): Promise<PlainTab> {
    const response = await fetch(`${this.http}/json/new?${url}`, { method: 'PUT' });
    const { webSocketDebuggerUrl } = (await response.json()) as { webSocketDebuggerUrl: string };
    const socket = new WebSocket(webSocketDebuggerUrl);
    await once(socket, 'open');
    const tab = new PlainTab(socket);
    const loaded = `return document.readyState === 'complete' && location.href === '${url}'`;
    await until(`${url} is loaded`, () => tab.run<boolean>(loaded));
    return tab;
  }

  async close(): Promise<void> {
    this.process.kill();
    await once(this.process, 'exit');
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
