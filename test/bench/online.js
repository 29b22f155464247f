/** Shows what 100,000 users online in one process cost; a run of that size writes ONLINE.md. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { serverFlags } from './flags.js';
import { onlineTable } from './online/report.js';
import { measureOnline } from './online/run.js';
import { describeMachine } from './report/machine.js';

const DEADLINE_MS = 10 * 60_000;

setTimeout(() => {
  console.error('The bench took too long and was ended.');
  process.exit(1);
}, DEADLINE_MS).unref();

const UIDS = '100000';

/** Below the 20,000 files that a process may commonly open. */
const SOCKETS = '15000';

const { values } = parseArgs({
  options: {
    uids: { type: 'string', default: UIDS },
    sockets: { type: 'string', default: SOCKETS },
  },
});
const uids = Number(values.uids);

try {
  const found = await measureOnline({ uids, sockets: Number(values.sockets), log: console.log });
  const text = [
    `# ${uids.toLocaleString('en')} users online in one process`,
    `Made by \`npm run bench:online\` on ${new Date().toISOString().slice(0, 10)}. Do not edit: the next run overwrites it.`,
    `${describeMachine()}\n- the server runs with \`${serverFlags('module').join(' ')}\``,
    onlineTable(found),
    "A process may open fewer files than that, so most connections are in-process streams handed to the server's `upgrade`; both ends of them are in the measured CPU time and pauses.",
  ].join('\n\n');
  console.log(text);
  if (values.uids === UIDS && values.sockets === SOCKETS) {
    const file = new URL('ONLINE.md', import.meta.url);
    await writeFile(file, await format(text, { parser: 'markdown' }));
  }
  process.exit();
} catch (error) {
  console.error(error);
  process.exit(1);
}
