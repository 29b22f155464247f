import type { Tree } from '@angular-devkit/schematics';
import { MetadataManager, ModuleFinder, ModuleImportDeclarator } from '@nestjs/schematics';
import { posix } from 'node:path';

type FinderOptions = Parameters<ModuleFinder['find']>[0];
type ImportOptions = Parameters<ModuleImportDeclarator['declare']>[1];

/** The file of the application's module. */
export interface AppModuleFile {
  /** From the root of the workspace, with a slash before it. */
  path: string;
  content: string;
  className: string;
}

/** @throws Error when there is none, or it is not written in TypeScript */
export function findModule(tree: Tree, sourceRoot: string, name?: string): AppModuleFile {
  const sources = posix.join('/', sourceRoot);
  const path = name === undefined ? anyModule(tree, sources) : namedModule(tree, sources, name);
  if (path === null || !path.endsWith('.ts') || !tree.exists(path)) {
    const how = `name its file with --module, from ${sourceRoot} on.`;
    throw new Error(`No module in TypeScript is at ${path ?? sources}: ${how}`);
  }
  const content = tree.readText(path);
  const className = /@Module\([^]*?\bclass\s+(\w+)/.exec(content)?.[1];
  if (className === undefined) throw new Error(`${path} has no class with @Module().`);
  return { path, content, className };
}

/** A path that a shell completes begins with the source root. */
function namedModule(tree: Tree, sources: string, name: string): string {
  const inSources = posix.join(sources, name);
  const inWorkspace = posix.join('/', name);
  return !tree.exists(inSources) && tree.exists(inWorkspace) ? inWorkspace : inSources;
}

function anyModule(tree: Tree, sources: string): string | null {
  const usual = posix.join(sources, 'app.module.ts');
  if (tree.exists(usual)) return usual;
  return new ModuleFinder(tree).find({ path: sources } as FinderOptions);
}

/**
 * The module's text with PushModule among its imports and the gateway among its providers.
 *
 * @param extension of relative imports
 * @throws Error when one of these lists is not written as an array
 */
export function importPushModule({ path, content }: AppModuleFile, extension: string): string {
  let text = importing(content, 'PushModule', 'nestjs-uid-push');
  text = importing(text, 'NotesGateway', `./push/notes.gateway${extension}`);
  text = importing(text, 'PushAuthenticator', `./push/push.authenticator${extension}`);
  const forRoot = 'PushModule.forRoot({ authenticator: PushAuthenticator })';
  text = listing(text, path, 'imports', forRoot);
  return listing(text, path, 'providers', 'NotesGateway');
}

/** With one more import after the others. */
function importing(text: string, symbol: string, from: string): string {
  const declarator = new ModuleImportDeclarator({ relative: () => from });
  return declarator.declare(text, { symbol } as ImportOptions);
}

/** With one more entry in a list of `@Module()`. */
function listing(text: string, path: string, list: string, entry: string): string {
  const changed = new MetadataManager(text).insert(list, entry);
  if (changed !== undefined && changed !== text) return changed;
  throw new Error(`Add ${entry} to the ${list} of ${path} yourself: they are no plain array.`);
}
