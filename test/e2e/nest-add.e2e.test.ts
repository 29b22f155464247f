import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshApp, install } from '../support/fresh-app.js';

const run = promisify(execFile);
const TIME = 120_000;
const CONFIG = 'vitest.config.e2e.ts';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nest-add-'));
  const app = await freshApp();
  // That of a fresh application, without a plugin that is not installed here.
  app.overwrite(CONFIG, "export default { test: { globals: true, include: ['test/*'] } };");
  await install(app, folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a program of the application; its output is the error when it fails. */
async function inApp(program: string, ...args: string[]): Promise<string> {
  try {
    const file = join('node_modules/.bin', program);
    const { stdout, stderr } = await run(file, args, { cwd: folder });
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${stdout}\n${stderr}`, { cause: error });
  }
}

it(
  'makes of a fresh application of the Nest CLI one that builds, and whose e2e test passes',
  async () => {
    const added = await inApp(
      'nest',
      'add',
      'nestjs-uid-push',
      '--skip-install',
      '--install=false',
    );
    expect(added).toContain('UPDATE');
    await inApp('nest', 'build');
    const tested = await inApp('vitest', 'run', '--config', CONFIG);
    expect(tested).toContain('4 passed');
  },
  TIME,
);
