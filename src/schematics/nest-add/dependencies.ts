import type { TaskConfigurationGenerator, Tree } from '@angular-devkit/schematics';
import { readFileSync } from 'node:fs';

type Versions = Record<string, string>;

/** What is looked at in a package.json. */
interface Manifest {
  dependencies?: Versions;
  devDependencies?: Versions;
}

/** What the added files import, and what the package asks its users for. */
const NEEDED = [
  '@nestjs/platform-ws',
  '@nestjs/websockets',
  'class-transformer',
  'class-validator',
];

/** Adds to the application's package.json what is not in it, in the versions of this package. */
export function addDependencies(tree: Tree): void {
  const file = new URL('../../../package.json', import.meta.url);
  const own = JSON.parse(readFileSync(file, 'utf8')) as { peerDependencies: Versions };
  const versions = own.peerDependencies;
  const app = tree.readJson('/package.json') as Manifest;
  const here = { ...app.devDependencies, ...app.dependencies };
  const missing = NEEDED.filter((name) => !(name in here)).map((name) => [name, versions[name]]);
  const all = { ...app.dependencies, ...(Object.fromEntries(missing) as Versions) };
  app.dependencies = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  tree.overwrite('/package.json', `${JSON.stringify(app, null, 2)}\n`);
}

/** Package managers by the files that they lock versions in. */
const BY_LOCK: Readonly<Record<string, string>> = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
};

/** The task that installs what stands in package.json, with the application's package manager. */
export function installation(tree: Tree): TaskConfigurationGenerator {
  const lock = Object.keys(BY_LOCK).find((file) => tree.exists(`/${file}`));
  const packageManager = lock === undefined ? 'npm' : BY_LOCK[lock];
  return {
    toConfiguration: () => ({
      name: 'node-package',
      options: { command: 'install', packageManager },
    }),
  };
}
