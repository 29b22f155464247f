import { parseArgs } from 'node:util';
import { peers } from './peers.js';
import { scenarios } from './scenarios.js';

export const HELP = `npm run bench -- [options]

  --quick                 a rough answer in under two minutes; writes nothing
  --only a,b              scenarios: ${scenarios.map(({ name }) => name).join(', ')}
  --servers a,b           servers: ${peers.map(({ name }) => name).join(', ')}
  --connections a,b       numbers of connections (1000,15000)
  --rounds n              rounds of each scenario, instead of its own number
  --rate n                messages per second in the latency scenario (6000)
  --profile               a .cpuprofile of each server, in the current directory
  --write                 write RESULTS.md even when the run was not complete`;

/** Half or less of what the slowest of the servers can do with 15,000 connections. */
const RATE = '6000';

/** @param {string[]} args */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      servers: { type: 'string' },
      connections: { type: 'string' },
      rounds: { type: 'string' },
      rate: { type: 'string', default: RATE },
      profile: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick, profile, help } = values;
  const only = listOf(values.only, scenarios);
  const servers = listOf(values.servers, peers);
  const complete = !quick && !only && !servers && !values.connections && !values.rounds;
  return {
    quick,
    profile,
    help,
    only,
    servers,
    connections: (values.connections ?? (quick ? '1000' : '1000,15000')).split(',').map(Number),
    rounds: values.rounds ? Number(values.rounds) : undefined,
    rate: Number(values.rate),
    write: values.write || complete,
  };
}

/** @param {string | undefined} text @param {{ name: string }[]} known */
function listOf(text, known) {
  const names = text?.split(',');
  const unknown = names?.find((name) => !known.some((one) => one.name === name));
  if (unknown !== undefined) {
    throw new Error(`${unknown}: must be of ${known.map(({ name }) => name).join(', ')}`);
  }
  return names;
}

/** @typedef {ReturnType<typeof readOptions>} Options */
