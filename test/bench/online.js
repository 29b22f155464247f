/** Shows what 100,000 users online in one process cost; a run of that size writes ONLINE.md. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { serverFlags } from './flags.js';
import { commandLine } from './lib/command-line.js';
import { runToEnd } from './lib/run-to-end.js';
import { onlineTable } from './online/report.js';
import { measureOnline } from './online/run.js';
import { describeMachine } from './report/machine.js';

const UIDS = '100000';

/** Below the 20,000 files that a process may commonly open. */
const SOCKETS = '15000';

/** Ends a run that hangs; its children end with it. */
const DEADLINE_MS = 20 * 60_000;

const REMARKS = `A process may open fewer files than that, so most connections are in-process streams handed to
the server's \`upgrade\`; both ends of them are in the measured CPU time and pauses.

\`sendToUid\` is measured in two processes in turn, one with few users and one with many, and its
growth is the median of the ratios of each round. What grows is the time to fetch memory: a send
touches the entry of the uid, its connection, its socket and the stream below, and with so many
users none of them is in a cache. The least that can send to a uid, a lookup in a Map and a write
to the stream, is measured beside it: whatever it adds no registry can do without.`;

const { values } = parseArgs({
  options: {
    uids: { type: 'string', default: UIDS },
    sockets: { type: 'string', default: SOCKETS },
  },
});
const uids = Number(values.uids);

async function main() {
  const found = await measureOnline({ uids, sockets: Number(values.sockets), log: console.log });
  const text = [
    `# ${uids.toLocaleString('en')} users online in one process`,
    `Made by \`${commandLine('bench:online')}\` on ${new Date().toISOString().slice(0, 10)}. Do not edit: the next run overwrites it.`,
    `${describeMachine()}\n- the server runs with \`${serverFlags('module').join(' ')}\``,
    onlineTable(found),
    REMARKS,
  ].join('\n\n');
  console.log(text);
  if (values.uids !== UIDS || values.sockets !== SOCKETS) return;
  const file = new URL('ONLINE.md', import.meta.url);
  await writeFile(file, await format(text, { parser: 'markdown' }));
}

await runToEnd(main, DEADLINE_MS);
