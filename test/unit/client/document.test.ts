import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { limitsOf } from '../../../src/client/client.options.js';
import { snippets } from '../../support/documents.js';

/** The rows below a heading of CLIENT.md, each with its cells. */
function rowsOf(heading: string): string[][] {
  const [, rest] = readFileSync('src/client/CLIENT.md', 'utf8').split(`\n## ${heading}\n`);
  return rest
    .split('\n## ')[0]
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', ''))
        .slice(1, -1),
    );
}

/** What a compiler says of these texts, which need no type annotations. */
function problemsOf(texts: Map<string, string>): string {
  const source = resolve('src/client');
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.asynciterable.d.ts'],
    types: [],
    strict: true,
    noImplicitAny: false,
    paths: {
      'nestjs-uid-push/client': [`${source}/index.ts`],
      'nestjs-uid-push/client/shared': [`${source}/shared/index.ts`],
    },
    noEmit: true,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  host.readFile = (name) => texts.get(name) ?? ts.sys.readFile(name);
  host.fileExists = (name) => texts.has(name) || ts.sys.fileExists(name);
  const program = ts.createProgram([...texts.keys()], options, host);
  const files = [...texts.keys()].map((name) => program.getSourceFile(name));
  const problems = files.flatMap((file) => ts.getPreEmitDiagnostics(program, file));
  return ts.formatDiagnostics(problems, host);
}

/** Names that a file declares, where the pattern's first group is one. */
function declaredIn(file: string, pattern: RegExp): string[] {
  return Array.from(readFileSync(file, 'utf8').matchAll(pattern), ([, name]) => name);
}

/** What the snippets in JavaScript take for granted. */
const PRELUDE = `
  declare const client: PushClient<{
    request: { data: { question: string }; answer: boolean };
    emits: {
      'cart:add': { data: { article: string }; reply: { items: number } };
      typing: { data: { in: string } };
    };
  }>;
  declare const [address, deviceName]: string[];
  declare const signal: AbortSignal;
  declare const auth: () => string;
  declare const AsyncStorage: Storage;
  declare const AppState: { addEventListener(event: string, listener: (state: string) => unknown): void };
  declare const banner: { show(text: string): void; hide(): void };
  declare const login: { show(code: string): void };
  declare function show(data: unknown): void;
  declare function useState(): [unknown, (value: unknown) => void];
  declare function useEffect(effect: () => () => void, uses: unknown[]): void;
  declare function mark(uid: string, online: boolean): void;
  declare function handle(data: unknown): Promise<void>;
  declare function ask(question: string, options: { signal: AbortSignal }): Promise<boolean>;
`;

/** The snippet as a module of its own: imports first, the rest in a block beside the prelude. */
function moduleOf(code: string): string {
  const imports = [...code.matchAll(/^import .*;$/gm)].map(([line]) => line);
  const first = new Set(["import { PushClient } from 'nestjs-uid-push/client';", ...imports]);
  const rest = code.replaceAll(/^import .*;.*$/gm, '');
  return `${[...first].join('\n')}\n${PRELUDE}\n{\n${rest}\n}\nexport {};`;
}

describe('CLIENT.md', () => {
  it('shows programs that use the client as it is', () => {
    const fragments = snippets(['src/client/CLIENT.md']).filter(
      ({ language, file }) => language === 'js' && file === undefined,
    );
    const texts = new Map(
      fragments.map(({ code }, i) => [resolve(`snippet-${i}.ts`), moduleOf(code)]),
    );
    expect(problemsOf(texts)).toBe('');
  });

  it('names every limit with its default', () => {
    const rows = rowsOf('Options').map(([name, value]) => [
      name,
      Number(value.replace(/[ ,ms]/g, '')),
    ]);
    expect(Object.fromEntries(rows)).toMatchObject(limitsOf({}));
  });

  it('names every code that the client gives itself', () => {
    const codes = declaredIn('src/client/push-client-error.ts', /^ {2}\| '([A-Z_]+)'/gm);
    expect(rowsOf('Errors').map(([code]) => code)).toEqual(codes);
  });
});
