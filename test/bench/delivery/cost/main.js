/** What a retained message costs beside a plain one, and what it costs when everyone comes back. */
import { runBench } from '../../lib/bench.js';
import { flag, number, path } from '../../lib/options.js';
import { measure } from './measure.js';
import { costReport } from './report.js';

await runBench({
  script: 'bench:delivery',
  about: 'Measures retained messages beside plain ones, and a storm of clients that recover.',
  options: {
    rounds: number('rounds of each kind', 5),
    messages: number('messages a round', 20_000),
    clients: number('clients of the storm', 10_000),
    missed: number('messages that each of them recovers', 10),
    against: path('a plain send is compared with: "dist" of another build'),
    write: flag('write DELIVERY.md'),
  },
  deadlineMinutes: 20,

  async run({ write, ...plan }) {
    const found = await measure(plan, console.log);
    return {
      file: 'DELIVERY.md',
      text: (made) => costReport(found, made),
      printed: true,
      written: write,
    };
  },
});
