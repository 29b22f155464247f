/** Minutes of retained messages while nodes are killed and Redis is restarted with its data. */
import { runBench } from '../../lib/bench.js';
import { flag, number } from '../../lib/options.js';
import { soakReport } from './report.js';
import { soak } from './soak.js';

await runBench({
  script: 'soak:delivery',
  about:
    'Sends retained messages at a steady rate to devices on several nodes; kills a node every ' +
    '20 seconds and restarts Redis, with its data, once. Fails if a message is lost.',
  options: {
    minutes: number('of sending', 10),
    rate: number('messages a second', 100),
    uids: number('users, each with two devices', 50),
    nodes: number('processes that hold their connections', 3),
    write: flag('write SOAK.md'),
  },
  deadlineMinutes: 60,

  async run({ write, ...plan }) {
    const found = await soak({ ...plan, log: console.log });
    if (found.lost.length > 0 || found.disordered.length > 0) {
      throw new Error(`Lost or out of order: ${JSON.stringify({ ...found, devices: undefined })}`);
    }
    return {
      file: 'SOAK.md',
      text: (made) => soakReport(found, made),
      printed: true,
      written: write,
    };
  },
});
