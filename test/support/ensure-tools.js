// Sees to it that the programs which the tests run against are on the machine.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Program and the Debian package that has it. */
const TOOLS = { 'redis-server': 'redis-server', chromium: 'chromium' };

const runs = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const isThere = (program) => runs('sh', ['-c', `command -v ${program}`]);
const missing = Object.keys(TOOLS).filter((program) => !isThere(program));

if (missing.length > 0) {
  const packages = missing.map((program) => TOOLS[program]);
  const canInstall = existsSync('/etc/debian_version') && process.getuid?.() === 0;
  if (!canInstall || !install(packages)) {
    console.error(`The tests need ${missing.join(' and ')}: install ${packages.join(' and ')}.`);
    process.exit(1);
  }
}

function install(packages) {
  console.log(`Installing ${packages.join(' and ')} from Debian's packages.`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', args, { stdio: 'ignore', env }).status === 0;
  apt('update');
  return apt('install', '-y', '--no-install-recommends', ...packages);
}
