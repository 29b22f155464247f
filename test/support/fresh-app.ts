import { SchematicTestRunner, UnitTestTree } from '@angular-devkit/schematics/testing';
import { createRequire } from 'node:module';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const collection = createRequire(import.meta.url).resolve('@nestjs/schematics/package.json');

/** Runs schematics of the Nest CLI, and rules, without touching a disk. */
export const schematics = new SchematicTestRunner(
  '@nestjs/schematics',
  join(dirname(collection), 'dist/collection.json'),
);

/** What `nest new` writes, in a tree of its own. */
export async function freshApp(type: 'esm' | 'cjs' = 'esm'): Promise<UnitTestTree> {
  return schematics.runSchematic('application', { name: 'shop', directory: '.', type });
}

/** Writes the tree to a folder in which what is installed here, and this package, are installed. */
export async function install(tree: UnitTestTree, folder: string): Promise<void> {
  for (const file of tree.files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), tree.readContent(file));
  }
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir('node_modules')) {
    await symlink(resolve('node_modules', name), join(modules, name));
  }
  await symlink(resolve('.'), join(modules, 'nestjs-uid-push'));
}
