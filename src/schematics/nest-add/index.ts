import type { Rule, Tree } from '@angular-devkit/schematics';
import { isEsmProject } from '@nestjs/schematics';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { findModule, importPushModule } from './app-module.js';
import { addDependencies, installation } from './dependencies.js';

/** `schema.json` says what they are. */
export interface NestAddOptions {
  sourceRoot?: string;
  module?: string;
  install?: boolean;
}

/**
 * `nest add nestjs-uid-push`: imports PushModule into the application's module, and adds an
 * authenticator, a gateway and an e2e test to begin with. A second time it changes nothing.
 *
 * It needs nothing at run time but `@nestjs/schematics`, which every application of the Nest CLI
 * has: a rule is a function over a tree.
 *
 * @throws Error that says what to do by hand; nothing is written then
 */
export function nestAdd({ sourceRoot = 'src', module, install = true }: NestAddOptions): Rule {
  return (tree, context) => {
    const app = findModule(tree, sourceRoot, module);
    if (app.content.includes('nestjs-uid-push')) {
      return context.logger.info(
        `${app.path} imports nestjs-uid-push already: nothing is changed.`,
      );
    }
    const extension = isEsmProject(tree) ? '.js' : '';
    const tests = posix.join('/', sourceRoot, '../test');
    const modulePath = posix.relative(tests, app.path).replace(/\.ts$/, extension);
    tree.overwrite(app.path, importPushModule(app, extension));
    add(tree, posix.join(app.path, '../push/push.authenticator.ts'));
    add(tree, posix.join(app.path, '../push/notes.gateway.ts'));
    add(tree, posix.join(tests, 'push.e2e-spec.ts'), { module: app.className, modulePath });
    addDependencies(tree);
    if (install) context.addTask(installation(tree));
    context.logger.info(
      'Next: set JWT_SECRET to what signs your tokens, and run the new e2e test.',
    );
  };
}

/** Adds the file of this name from `files`, with these words in place of their names. */
function add(tree: Tree, path: string, words: Record<string, string> = {}): void {
  const template = new URL(`./files/${posix.basename(path)}.template`, import.meta.url);
  const text = readFileSync(template, 'utf8');
  tree.create(
    path,
    text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => words[name]),
  );
}
