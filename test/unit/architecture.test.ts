import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve('src');

/** What each part of the tree may import, beside itself: a message's way falls one way. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  // Ground: it uses nothing, and every room of the server may use it.
  options: [],
  main: ['app'],
  app: ['push.module', ...from('gateway')],
  index: ['push.module', ...from('gateway')],
  'push.module': from('gateway'),
  gateway: from('routing'),
  http: from('validation'),
  // Until the gateways need no socket any more.
  routing: ['gateway', ...from('validation')],
  validation: ['protocol'],
  service: from('delivery'),
  delivery: from('registry'),
  registry: from('engine'),
  engine: from('options'),
  client: ['protocol'],
  protocol: [],
};

/** The rooms and files of the Redis engine, from the top: each imports only what stands after it. */
const REDIS = [
  'index',
  'redis.engine',
  'redis-node',
  'presence',
  'channels',
  'servers',
  'scripts',
  'names',
  'redis.options',
];

/** A room and all that a message still has before it. */
function from(room: string): readonly string[] {
  const way = ['gateway', 'http', 'routing', 'validation', 'service', 'delivery', 'registry'];
  const rooms = [...way, 'engine', 'options', 'protocol'];
  return rooms.slice(rooms.indexOf(room));
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

/** The part of the tree that a file belongs to: its top folder, or its own name. */
function partOf(file: string): string {
  const path = relative(SRC, file).replace(/\.[jt]s$/, '');
  if (path.includes('/')) return path.slice(0, path.indexOf('/'));
  return path.startsWith('push.') ? 'push.module' : path;
}

function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  return Array.from(source.matchAll(/(?:from|import\()\s*'([^']+)'/g), ([, name]) => name);
}

const files = filesIn(SRC);

describe('the layout of src', () => {
  it('has every part in the list of who may import what', () => {
    const unknown = files.map(partOf).filter((part) => !(part in MAY_IMPORT));
    expect(unknown).toEqual([]);
  });

  it.each(Object.keys(MAY_IMPORT))('lets %s import only what lies below it', (part) => {
    const upward = files
      .filter((file) => partOf(file) === part)
      .flatMap((file) =>
        importsOf(file)
          .filter((name) => name.startsWith('.'))
          .map((name) => partOf(resolve(dirname(file), name)))
          .filter((target) => target !== part && !MAY_IMPORT[part].includes(target))
          .map((target) => `${relative(SRC, file)} imports ${target}`),
      );
    expect(upward).toEqual([]);
  });

  it.each(['protocol', 'client'])('keeps %s free of Nest, Node and every package', (part) => {
    const foreign = files
      .filter((file) => partOf(file) === part)
      .flatMap((file) => importsOf(file).filter((name) => !name.startsWith('.')));
    expect(foreign).toEqual([]);
  });

  it('keeps the registry and everything above it ignorant of which engine there is', () => {
    const knowing = files
      .filter((file) => ['registry', 'routing', 'gateway', 'http'].includes(partOf(file)))
      .filter((file) => importsOf(file).some((name) => /engine\/(memory|redis)/.test(name)));
    expect(knowing).toEqual([]);
  });

  it('lets the rooms of the Redis engine import only what lies below them', () => {
    const folder = join(SRC, 'engine/redis');
    const roomOf = (file: string): number =>
      REDIS.indexOf(relative(folder, file).replace(/(\/.*|\.[jt]s)$/, ''));
    const upward = filesIn(folder).flatMap((file) =>
      importsOf(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => resolve(dirname(file), name))
        .filter((target) => target.startsWith(folder) && !(roomOf(target) >= roomOf(file)))
        .map((target) => `${relative(folder, file)} imports ${relative(folder, target)}`),
    );
    expect(upward).toEqual([]);
    expect(filesIn(folder).filter((file) => roomOf(file) < 0)).toEqual([]);
  });

  it('imports optional peers nowhere that the main entry reaches', () => {
    const optional = /^(@nestjs\/(swagger|jwt|terminus)|redis|prom-client|@opentelemetry\/api)$/;
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const name of importsOf(file)) {
        if (name.startsWith('.')) visit(resolve(dirname(file), name).replace(/\.js$/, '.ts'));
      }
    };
    visit(join(SRC, 'index.ts'));
    const leaks = [...reached].filter((file) =>
      importsOf(file).some((name) => optional.test(name)),
    );
    expect(leaks).toEqual([]);
  });
});
