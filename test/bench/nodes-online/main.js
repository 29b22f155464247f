/** 100,000 users online on six nodes. */
import { runBench } from '../lib/bench.js';
import { flag, number } from '../lib/options.js';
import { measureOnline } from './measure.js';
import { onlineReport } from './report.js';

await runBench({
  script: 'bench:100k',
  about: 'Brings 100,000 users online on six nodes.',
  options: {
    connections: number('users with a connection each, on all nodes together', 100_000),
    nodes: number('processes to spread them over, each of which may open 20,000 files', 6),
    write: flag('write 100K.md'),
  },
  deadlineMinutes: 8,

  async run({ connections, nodes, write }) {
    const each = Math.ceil(connections / nodes);
    const found = await measureOnline({ nodes, each, log: console.log });
    return {
      file: '100K.md',
      text: (made) => onlineReport(found, made),
      printed: true,
      written: write,
    };
  },
});
