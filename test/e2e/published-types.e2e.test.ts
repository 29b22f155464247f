import { resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const DIST = resolve('dist');
const ENTRIES = [
  'index',
  'admin/index',
  'http/openapi/index',
  'engine/redis/index',
  'client/index',
  'client/shared/index',
  'testing/index',
].map((name) => `${DIST}/${name}.d.ts`);

const STRICT: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: false,
};

/** What an application may write, and what it may not: each such line must be an error. */
const CONSUMER = `
  import { ConnectionRegistryService, MemoryCluster, type Connection } from './dist/index.js';

  export async function legal(push: ConnectionRegistryService, connection: Connection) {
    connection.attributes.set('since', connection.since);
    const { id, nodes } = await push.sendToUid(connection.uid, {}, { except: ['bob'] });
    return [id, nodes, new MemoryCluster()] as const;
  }

  export function illegal(connection: Connection, cluster: MemoryCluster) {
    // @ts-expect-error
    connection.transport;
    // @ts-expect-error
    connection.groups;
    // @ts-expect-error
    connection.markClosed();
    // @ts-expect-error
    cluster.memberships;
  }

  interface ShopEvents {
    message: { type: 'shipped'; id: string };
    request: { data: { question: string }; answer: 'yes' | 'no' };
  }

  export async function mapped(push: ConnectionRegistryService<ShopEvents>) {
    await push.sendToUid('ann', { type: 'shipped', id: '7' }, { retain: true });
    const { answers } = await push.request('ann', { question: 'here?' });
    const anything: ConnectionRegistryService = push;
    return [answers.map(({ data }): 'yes' | 'no' => data), anything.broadcast(7)] as const;
  }

  export function unmapped(push: ConnectionRegistryService<ShopEvents>) {
    // @ts-expect-error
    void push.sendToUid('ann', { type: 'sold', id: '7' });
    // @ts-expect-error
    void push.sendToUids(['ann'], { type: 'shipped' });
    // @ts-expect-error
    void push.sendToGroup('team', 'shipped');
    // @ts-expect-error
    void push.sendToConnection('@k3v9x0a1bz.7', undefined);
    // @ts-expect-error
    void push.broadcast({ type: 'shipped', id: 7 });
    // @ts-expect-error
    void push.request('ann', { ask: 'here?' });
  }`;

const program = programOf(resolve('consumer.ts'), CONSUMER);
const checker = program.getTypeChecker();
const published = program
  .getSourceFiles()
  .filter(({ fileName }) => fileName.startsWith(`${DIST}/`));
const exported = new Set(ENTRIES.flatMap(exportsOf));

/** The types of the build, looked into as a compiler does that trusts no library. */
function programOf(file: string, text: string): ts.Program {
  const options: ts.CompilerOptions = { ...STRICT, types: ['node'] };
  const host = ts.createCompilerHost(options);
  host.readFile = (name) => (name === file ? text : ts.sys.readFile(name));
  host.fileExists = (name) => name === file || ts.sys.fileExists(name);
  return ts.createProgram([file, ...ENTRIES], options, host);
}

/** What a file exports: its symbols, and those of the types that they stand for. */
function exportsOf(fileName: string): ts.Symbol[] {
  const file = checker.getSymbolAtLocation(program.getSourceFile(fileName)!)!;
  return checker.getExportsOfModule(file).flatMap((symbol) => {
    const meant = withoutAlias(symbol);
    return [meant, checker.getDeclaredTypeOfSymbol(meant).symbol];
  });
}

function withoutAlias(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Types and classes of ours, named within a declaration, that no entry exports. */
function hiddenIn(declaration: ts.Node): string[] {
  const hidden: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const symbol = checker.getSymbolAtLocation(node);
      const meant = symbol && withoutAlias(symbol);
      if (meant && isOfOurs(meant) && !exported.has(meant)) hidden.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(declaration);
  return hidden;
}

/** Whether it is something that a file of ours declares for others to name. */
function isOfOurs(symbol: ts.Symbol): boolean {
  const [declaration] = symbol.declarations ?? [];
  const isTop = declaration !== undefined && ts.isSourceFile(topOf(declaration).parent);
  return isTop && published.includes(declaration.getSourceFile());
}

/** A variable's declaration stands two levels within its statement. */
function topOf(declaration: ts.Node): ts.Node {
  return ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
}

/** Types of what an application hands to us; `AppendOptions` are what we hand to its history. */
const GIVEN = /^(?!Append)\w+Options$|^(Identity|OwnReply)$/;

function isOptional({ flags }: ts.Symbol): boolean {
  return (flags & ts.SymbolFlags.Optional) !== 0;
}

function isOfOursWithin({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((declaration) => published.includes(declaration.getSourceFile()));
}

/** Not only by being left out: `exactOptionalPropertyTypes` knows two kinds of undefined. */
function takesUndefined(property: ts.Symbol): boolean {
  const type = checker.getTypeOfSymbol(property);
  if (type.isUnion()) return type.types.includes(checker.getUndefinedType());
  return (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0;
}

describe('the published types', () => {
  it('hold without trust in libraries, and show no internal member to an application', () => {
    const broken = ts.getPreEmitDiagnostics(program).filter(({ file }) => {
      const name = file?.fileName ?? '';
      return !name.includes('/node_modules/');
    });
    expect(ts.formatDiagnostics(broken, ts.createCompilerHost({}))).toBe('');
  });

  it('of the client hold in a browser, which has nothing of Node', () => {
    const entries = ENTRIES.filter((name) => name.includes('/client/'));
    const lib = ['lib.es2022.d.ts', 'lib.dom.d.ts'];
    const inBrowser = ts.createProgram(entries, { ...STRICT, lib, types: [] });
    const ours = inBrowser.getSourceFiles().filter(({ fileName }) => fileName.startsWith(DIST));
    const broken = ours.flatMap((file) => ts.getPreEmitDiagnostics(inBrowser, file));
    expect(ts.formatDiagnostics(broken, ts.createCompilerHost({}))).toBe('');
  });

  it('have no trace of what is marked as internal', () => {
    const marked = published.filter(({ text }) => text.includes('@internal'));
    expect(marked.map(({ fileName }) => fileName)).toEqual([]);
  });

  it('take undefined wherever something may be left out of what an application gives', () => {
    const given = [...exported].filter((symbol) => GIVEN.test(symbol?.name));
    const refused = given.flatMap((symbol) =>
      checker
        .getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
        .filter((property) => isOptional(property) && isOfOursWithin(property))
        .filter((property) => !takesUndefined(property))
        .map(({ name }) => `${symbol.name}.${name}`),
    );
    expect(given.length).toBeGreaterThan(10);
    expect(refused).toEqual([]);
  });

  it('name nothing that is not exported as well', () => {
    const leaks = [...exported].flatMap((symbol) =>
      (symbol?.declarations ?? [])
        .filter((declaration) => published.includes(declaration.getSourceFile()))
        .flatMap(hiddenIn)
        .map((name) => `${symbol.name} names ${name}`),
    );
    expect([...new Set(leaks)]).toEqual([]);
  });
});
