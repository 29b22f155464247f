/** Brings 100,000 users online on six nodes: see HELP. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { now } from './cluster/clock.js';
import { onlineReport } from './cluster/online-report.js';
import { measureOnline } from './cluster/online.js';
import { commandLine } from './lib/command-line.js';
import { runToEnd } from './lib/run-to-end.js';

const HELP = `npm run bench:100k -- [options]

  --connections n   users with a connection each, on all nodes together (100000)
  --nodes n         processes to spread them over (6); each may open 20,000 files
  --write           write 100K.md`;

/** Ends a run that hangs; its children end with it. */
const DEADLINE_MS = 8 * 60_000;

async function main() {
  const { values } = parseArgs({
    options: {
      connections: { type: 'string', default: '100000' },
      nodes: { type: 'string', default: '6' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const began = now();
  const nodes = Number(values.nodes);
  const each = Math.ceil(Number(values.connections) / nodes);
  const found = await measureOnline({ nodes, each, log: console.log });
  const command = commandLine('bench:100k');
  const text = onlineReport(found, { command, ms: now() - began });
  const pretty = await format(text, { parser: 'markdown' });
  console.log(`\n${pretty}`);
  if (!values.write) return;
  const file = new URL('100K.md', import.meta.url);
  await writeFile(file, pretty);
  console.log(`written: ${file.pathname}`);
}

await runToEnd(main, DEADLINE_MS);
