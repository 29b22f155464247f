import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { brokenLinks, documentsIn, reachableFrom, snippets } from '../support/documents.js';

/** Found by its name where code is hosted, and for those who change the code alone. */
const FOR_CONTRIBUTORS = 'CONTRIBUTING.md';

/** Languages of snippets that a test in `test/e2e/` compiles or runs. */
const RUN = ['ts', 'js', 'html', 'sh', 'console', 'php', 'python'];

/** Each table of options, and the document that explains it. */
const OPTIONS = {
  'src/OPTIONS.md': ['PushModuleOptions'],
  'src/delivery/DELIVERY.md': ['PushHistoryOptions'],
  'src/gateway/identity/AUTHENTICATION.md': ['JwtAuthenticatorOptions'],
  'src/http/HTTP.md': ['PushApiModuleOptions'],
  'src/admin/ADMIN.md': ['EveryPushAdminOption'],
  'src/engine/SCALING.md': ['RedisEngineOptions', 'MemoryClusterOptions'],
  'src/client/CLIENT.md': ['PushClientOptions'],
};

describe('the documents', () => {
  it('have no link that leads nowhere', () => {
    expect(brokenLinks()).toEqual([]);
  });

  it('can all be found from the README', () => {
    const reached = reachableFrom('README.md');
    const lost = documentsIn().filter((document) => !reached.has(document));
    expect(lost).toEqual([FOR_CONTRIBUTORS]);
  });

  it('begin with a README of at most 250 lines and a CONTRIBUTING of less than 40', () => {
    expect(linesOf('README.md')).toBeLessThanOrEqual(250);
    expect(linesOf(FOR_CONTRIBUTORS)).toBeLessThan(40);
  });

  it('have snippets only in languages that tests run, and no two for one file', () => {
    const unrun = snippets().filter(({ language }) => !RUN.includes(language));
    expect(unrun).toEqual([]);
    const files = snippets().flatMap(({ file }) => file ?? []);
    expect(files).toEqual([...new Set(files)]);
  });

  it('name only scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };
    const named = documentsIn().flatMap((document) =>
      Array.from(readFileSync(document, 'utf8').matchAll(/npm run ([\w:-]+)/g), ([, name]) => name),
    );
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('have a reference of every entry of the package', () => {
    const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      exports: Record<string, string | { types: string }>;
    };
    const typed = Object.values(exports).filter((entry) => typeof entry === 'object');
    const sources = typed.map(({ types }) => types.replace(/^.\/dist(.*)\.d\.ts$/, 'src$1.ts'));
    const { config } = ts.readConfigFile('.typedoc.jsonc', (path) =>
      readFileSync(path, 'utf8'),
    ) as {
      config: { entryPoints: string[] };
    };
    expect(config.entryPoints.sort()).toEqual(sources.sort());
  });

  it.each(Object.entries(OPTIONS))('explain in %s every one of %s, and no other', (path, names) => {
    expect(explainedIn(path).sort()).toEqual(names.flatMap(membersOf).sort());
  });
});

function linesOf(document: string): number {
  return readFileSync(document, 'utf8').trimEnd().split('\n').length;
}

/** What stands in the first column of the tables that have a column "default". */
function explainedIn(document: string): string[] {
  const tables = readFileSync(document, 'utf8').matchAll(/^\| option .*default.*\n((?:\|.*\n)+)/gm);
  return Array.from(tables, ([, rows]) => rows.match(/^\| `\w+`/gm) ?? [])
    .flat()
    .map((cell) => cell.slice(3, -1));
}

/** The members of an interface anywhere in `src`, those of interfaces that it extends included. */
function membersOf(name: string): string[] {
  const declaration = interfaces.get(name);
  if (declaration === undefined) throw new Error(`There is no interface ${name} in src.`);
  const own = declaration.members.map((member) => member.name!.getText());
  const bases = (declaration.heritageClauses ?? []).flatMap((clause) => clause.types);
  return [...own, ...bases.flatMap((base) => membersOf(baseOf(base)))];
}

/** Which interface is extended, also when it is `Partial<…>` of it or of what is made of it. */
function baseOf({ expression, typeArguments }: ts.ExpressionWithTypeArguments): string {
  const text = (typeArguments?.[0] ?? expression).getText();
  return /\bkeyof (\w+)/.exec(text)?.[1] ?? text;
}

const interfaces = new Map<string, ts.InterfaceDeclaration>();
for (const path of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
  if (!path.endsWith('.ts')) continue;
  const text = readFileSync(join('src', path), 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  for (const statement of source.statements.filter(ts.isInterfaceDeclaration)) {
    interfaces.set(statement.name.text, statement);
  }
}
