import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { connectJson } from '../support/client.js';
import { readmeSnippets } from '../support/readme.js';
import { useSharedExample } from '../support/use-example.js';

const run = promisify(execFile);
const example = useSharedExample({ PUSH_API_KEY: 'change-me' });

/** The README's snippet in this language that calls the push API, for the running example. */
function snippetIn(language: string): string {
  const snippet = readmeSnippets().find(
    (candidate) => candidate.language === language && candidate.code.includes('/push/messages'),
  );
  return snippet!.code.replaceAll('http://127.0.0.1:3000', example.http);
}

const hasPhp = spawnSync('php', ['--version']).status === 0;

describe("the README's programs that push over HTTP", () => {
  it('work with curl', async () => {
    const ada = await connectJson(example.url);
    await ada.login('ada');
    const { stdout } = await run('sh', ['-c', snippetIn('sh')]);
    expect(JSON.parse(stdout)).toMatchObject({ nodes: 1 });
    expect(await ada.next()).toMatchObject({ data: { data: { type: 'shipped', id: 7 } } });
  });

  it('work with Python', async () => {
    const { stdout } = await run('python3', ['-c', snippetIn('python')]);
    expect(JSON.parse(stdout)).toMatchObject({ nodes: 0 });
  });

  it.skipIf(!hasPhp)('work with PHP (skipped where there is no php)', async () => {
    const ada = await connectJson(example.url);
    await ada.login('ada');
    const { stdout } = await run('php', ['-r', snippetIn('php').replace('<?php', '')]);
    expect(JSON.parse(stdout)).toMatchObject({ nodes: 1 });
    expect(await ada.next()).toMatchObject({ data: { data: { type: 'hello' } } });
  });
});
