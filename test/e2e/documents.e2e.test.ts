import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { connectJson, type JsonClient } from '../support/client.js';
import { snippets, type Snippet } from '../support/documents.js';
import { startExample, type Example } from '../support/example.js';
import { RedisClusterServers, RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { useClients } from '../support/use-app.js';

const run = promisify(execFile);
const SECRET = 'a secret of at least 32 bytes, as HS256 asks';
const HTTP = 'src/http/HTTP.md';
const AUTHENTICATION = 'src/gateway/identity/AUTHENTICATION.md';

let folder: string;
let redis: RedisServer;
let example: Example;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nestjs-uid-push-documents-'));
  redis = await RedisServer.start();
  example = await startExample({
    PUSH_API_KEY: 'change-me',
    PUSH_AUTH: 'jwt',
    PUSH_JWT_SECRET: SECRET,
    // As the application of the README has none.
    PUSH_HISTORY: 'off',
    REDIS_URL: redis.url,
  });
});

afterAll(async () => {
  await example.stop();
  await redis.close();
  await rm(folder, { recursive: true });
});
useClients();

/** The first snippet of the document in this language that has the text in it. */
function snippetOf(document: string, language: string, text: string): Snippet {
  const found = snippets([document]).find(
    (snippet) => snippet.language === language && snippet.code.includes(text),
  );
  if (found === undefined) throw new Error(`${document} has no ${language} with ${text}.`);
  return found;
}

/** The snippet's code, for the servers that run here. */
function here({ code }: Snippet): string {
  return code
    .replaceAll('http://127.0.0.1:3000', example.http)
    .replaceAll('ws://127.0.0.1:3000/', example.url)
    .replaceAll("'127.0.0.1', 6379", `'127.0.0.1', ${redis.port}`)
    .replaceAll('redis.Redis()', `redis.Redis(port=${redis.port})`);
}

/** A token as the document says that one is made for a first try. */
async function tokenFor(uid: string): Promise<string> {
  const { file, code } = snippetOf(AUTHENTICATION, 'js', 'createHmac');
  await writeFile(join(folder, file!), code);
  const command = snippetOf(AUTHENTICATION, 'sh', 'node token.mjs').code;
  const { stdout } = await run('sh', ['-c', command.replace('ada', uid)], { cwd: folder });
  return stdout.trim();
}

async function login(uid: string): Promise<JsonClient> {
  const client = await connectJson(example.url);
  await client.login({ token: await tokenFor(uid) });
  return client;
}

/** Whether the program ends well: what it needs is installed. */
const runs = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
/** Debian's own, which has Debian's modules, before one that somebody has put first. */
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
const hasPhp = runs('php', '--version');

const PROGRAMS = {
  php: {
    run: (code: string) => run('php', ['-r', code.replace('<?php', '')]),
    hasRedis: runs('php', '-r', 'new Redis();'),
  },
  python: {
    run: (code: string) => run(PYTHON, ['-c', code]),
    hasRedis: runs(PYTHON, '-c', 'import redis'),
  },
};

/** A regular expression for a line in which `…` stands for what is different every time. */
function patternOf(line: string): RegExp {
  const literal = line.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('…', '[^"]+')}$`);
}

describe('what the documents show', () => {
  it('lets a browser in and tells it of an order, as in the README', async () => {
    const script = here(snippetOf('README.md', 'js', 'new WebSocket'));
    const printed: unknown[] = [];
    const log = (line: unknown): unknown => printed.push(line);
    const browser = { WebSocket, token: await tokenFor('ada'), console: { log } };
    const socket = runInNewContext(`${script}\nsocket;`, browser) as WebSocket;
    await until('the browser is in', () => printed.length === 1);
    await supertest(example.http).post('/orders/7/shipped').send({ uid: 'ada' }).expect(202);
    await until('the message is there', () => printed.length === 2);
    socket.close();
    const promised = Array.from(script.matchAll(/^\/\/ (\{.*\})$/gm), ([, line]) => line);
    expect(promised).toHaveLength(2);
    promised.forEach((line, index) => {
      expect(JSON.stringify(printed[index])).toMatch(patternOf(line));
    });
  });

  it('connects with the client, as in its first steps', async () => {
    const trusting = await startExample();
    const { code } = snippetOf('src/client/CLIENT.md', 'js', 'hello.mjs');
    const script = code.replace('ws://127.0.0.1:3000/', trusting.url);
    // Run in the repository, where the package's name leads to its build.
    const { stdout } = await run('node', ['--input-type=module', '--eval', script]);
    await trusting.stop();
    expect(stdout).toMatch(/^connected ada @/m);
    expect(stdout).toMatch(/^message ada \{ text: 'hello' \}$/m);
    expect(stdout).toMatch(/^sent \S+ 1$/m);
  });

  it('pushes over HTTP with curl', async () => {
    const ada = await login('ada');
    const { stdout } = await run('sh', ['-c', here(snippetOf(HTTP, 'sh', 'curl'))]);
    expect(JSON.parse(stdout)).toMatchObject({ nodes: 1 });
    expect(await ada.next()).toMatchObject({ data: { data: { type: 'shipped', id: 7 } } });
  });

  it('pushes over HTTP with Python', async () => {
    const { stdout } = await PROGRAMS.python.run(here(snippetOf(HTTP, 'python', 'urllib')));
    expect(JSON.parse(stdout)).toMatchObject({ nodes: 0 });
  });

  it.skipIf(!hasPhp)('pushes over HTTP with PHP (skipped where there is no php)', async () => {
    const ada = await login('ada');
    const { stdout } = await PROGRAMS.php.run(here(snippetOf(HTTP, 'php', 'stream_context')));
    expect(JSON.parse(stdout)).toMatchObject({ nodes: 1 });
    expect(await ada.next()).toMatchObject({ data: { data: { type: 'hello' } } });
  });

  for (const language of ['php', 'python'] as const) {
    const programs = snippets().filter(
      (snippet) => snippet.language === language && /redis/i.test(snippet.code),
    );
    it.skipIf(!PROGRAMS[language].hasRedis).each(programs)(
      `pushes through Redis with ${language} in $document (skipped where that has no redis)`,
      async (snippet) => {
        const client = await login(/uid:(\w+)/.exec(snippet.code)![1]);
        await PROGRAMS[language].run(here(snippet));
        expect(await client.next()).toMatchObject({ data: { data: { type: 'shipped' } } });
      },
    );
  }

  it.each(redisCommands(false))('answers $command of $document', async ({ command, answer }) => {
    const client = await login(/uid"?:"?(\w+)/.exec(command)![1]);
    const printed = await redisCli(redis.port, command);
    if (answer !== '') expect(printed).toBe(answer);
    if (command.includes('"do":"close"')) await client.expectClose();
    else await client.next();
  });
});

describe('what the documents show of a Redis Cluster', () => {
  let cluster: RedisClusterServers;

  beforeAll(async () => {
    cluster = await RedisClusterServers.start(3);
  });
  afterAll(() => cluster.close());

  it.each(redisCommands(true))('answers $command of $document', async ({ command, answer }) => {
    const printed = await redisCli(cluster.masters[0].port, command);
    if (answer !== '') expect(printed).toBe(answer);
  });
});

interface RedisCommand {
  document: string;
  command: string;
  /** What the document shows below it; empty where it shows nothing. */
  answer: string;
}

/** Each `redis-cli` that the documents show, for one server or (`-c`) for a Redis Cluster. */
function redisCommands(clustered: boolean): RedisCommand[] {
  return snippets()
    .filter(({ language }) => language === 'console')
    .flatMap(({ document, code }) =>
      Array.from(
        code.matchAll(/^\$ (redis-cli .*)\n((?:(?!\$ ).*\n)*)/gm),
        ([, command, answer]) => ({
          document,
          command,
          answer: answer.trim(),
        }),
      ),
    )
    .filter(({ command }) => command.includes('redis-cli -c ') === clustered);
}

async function redisCli(port: number, command: string): Promise<string> {
  const here = command.replace('redis-cli', `redis-cli --no-raw -p ${port}`);
  return (await run('sh', ['-c', here])).stdout.trim();
}
