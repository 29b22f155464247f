// Sees to it that the programs which the tests run against are on the machine.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What must be there: how it is found, and the Debian packages that have it. */
const NEEDED = [
  { name: 'redis-server', probe: ['redis-server', '--version'], packages: ['redis-server'] },
  { name: 'chromium', probe: ['chromium', '--version'], packages: ['chromium'] },
];

/** Debian's own, which has Debian's modules, before one that somebody has put first. */
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

/** What some snippets of the documents are run with; without it their tests say that they skip. */
const WELCOME = [
  {
    name: 'PHP with redis',
    probe: ['php', '-r', 'new Redis();'],
    packages: ['php-cli', 'php-redis'],
  },
  {
    name: 'redis for Python',
    probe: [PYTHON, '-c', 'import redis'],
    packages: ['python3-redis'],
  },
];

const runs = ([program, ...args]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
const canInstall = existsSync('/etc/debian_version') && process.getuid?.() === 0;

const absent = [...NEEDED, ...WELCOME].filter(({ probe }) => !runs(probe));
if (absent.length > 0 && canInstall) install(absent.flatMap(({ packages }) => packages));

const missing = NEEDED.filter(({ probe }) => !runs(probe));
if (missing.length > 0) {
  const packages = missing.flatMap((tool) => tool.packages);
  const names = missing.map(({ name }) => name);
  console.error(`The tests need ${names.join(' and ')}: install ${packages.join(' and ')}.`);
  process.exit(1);
}

function install(packages) {
  console.log(`Installing ${packages.join(' and ')} from Debian's packages.`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', args, { stdio: 'ignore', env });
  apt('update');
  apt('install', '-y', '--no-install-recommends', ...packages);
}
