/** What 100,000 users online in one process cost. */
import { runBench } from '../lib/bench.js';
import { number } from '../lib/options.js';
import { measureOnline } from './measure.js';
import { onlineReport } from './report.js';

const UIDS = 100_000;

/** Below the 20,000 files that a process may commonly open. */
const SOCKETS = 15_000;

await runBench({
  script: 'bench:online',
  about: `Shows what ${UIDS.toLocaleString('en')} users online in one process cost; a run of that size writes ONLINE.md.`,
  options: {
    uids: number('users with a connection each', UIDS),
    sockets: number('of them over real sockets; each is an open file', SOCKETS),
  },
  deadlineMinutes: 20,

  async run({ uids, sockets }) {
    const found = await measureOnline({ uids, sockets, log: console.log });
    return {
      file: 'ONLINE.md',
      text: (made) => onlineReport(found, made),
      printed: true,
      written: uids === UIDS && sockets === SOCKETS,
    };
  },
});
