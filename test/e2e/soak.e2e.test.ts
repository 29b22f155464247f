import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** The same soak with more minutes is run by hand: `npm run soak:delivery`. */
const MINUTES = 2;

it('no retained message is lost, doubled or out of order while nodes are killed and Redis restarts', async () => {
  const script = 'test/bench/delivery/soak/main.js';
  const options = ['--minutes', String(MINUTES), '--rate', '50', '--uids', '20'];
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...options]);
  expect(stdout).toMatch(/messages lost, over all devices +\| 0 /);
  expect(stdout).toMatch(/that the application was handed twice +\| 0 /);
  expect(stdout).toMatch(/restarts of Redis with its data +\| 1 /);
}, 600_000);
