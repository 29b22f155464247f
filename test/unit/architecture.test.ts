import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve('src');

/** What each part of the tree may import, beside itself: a message's way falls one way. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  // Ground: it uses nothing, and every room of the server may use it.
  options: [],
  signals: [],
  main: ['app'],
  app: ['push.module', 'admin', 'asyncapi', ...from('gateway')],
  index: ['push.module', ...from('gateway')],
  'push.module': from('gateway'),
  // Its page is a client.
  admin: ['client', ...from('gateway')],
  gateway: from('routing'),
  http: from('validation'),
  routing: from('validation'),
  validation: ['protocol'],
  service: from('delivery'),
  delivery: from('registry'),
  watching: from('registry'),
  registry: from('engine'),
  engine: from('history'),
  history: from('options'),
  asyncapi: ['options', 'protocol'],
  client: ['protocol'],
  // A test client is found its way by the gateway's options, a cluster is made of whole modules.
  testing: ['push.module', 'client', ...from('gateway')],
  protocol: [],
  // Run by the Nest CLI, not by an application: it knows nothing of ours.
  schematics: [],
};

/** What an engine is made of, for those who carry. */
const SEAM = ['engine', 'node-handler', 'target', 'connection-info'].map(
  (name) => `engine/${name}`,
);

/** What a history is made of, for those who keep. */
const KEEPING = ['history', 'history.options', 'sizes', 'traces'].map((name) => `history/${name}`);

/** The places of the Redis engine, from the top: each imports only what stands after it. */
const REDIS = [
  'index',
  'redis.engine',
  'redis-node',
  'history',
  'presence',
  'claims',
  'channels',
  'servers',
  'scripts',
  'names',
  'redis.options',
].map((name) => `engine/redis/${name}`);

/**
 * Places within a room, folders or single files, and what each may import of the room around it,
 * beside itself. What has no line here puts the others together, and may import all of them.
 */
const MAY_IMPORT_WITHIN: Record<string, readonly string[]> = {
  'admin/page': ['admin/frames'],
  'app/page': ['app/chat-events'],
  'gateway/gateway.options': ['gateway/identity/authenticators'],
  'gateway/upgrade': [],
  'gateway/wire': [],
  'gateway/socket': ['gateway/wire', 'gateway/gateway.options'],
  'gateway/identity': [
    'gateway/identity/authenticators',
    'gateway/socket',
    'gateway/gateway.options',
  ],
  'gateway/identity/authenticators': [],
  'app/docs': [],
  'http/openapi': ['http/push-api.controller', 'http/push-message.dto', 'http/push-request.dto'],
  'routing/frames': [],
  'routing/handlers': ['routing/frames', 'routing/message-router', 'routing/watch-router'],
  'delivery/receipts': ['delivery/streams', 'delivery/delivery.options'],
  'delivery/requests': ['delivery/delivery.options', 'delivery/sender'],
  'delivery/streams': [],
  'delivery/undelivered': [],
  'engine/memory': SEAM,
  'history/memory': KEEPING,
  'schematics/nest-add': [],
  'testing/cluster': ['testing/client'],
  'testing/recording': [],
  'testing/client': ['testing/mailbox', 'testing/match'],
  'client/shared': ['client/envelope', 'client/promises', 'client/web-socket'],
  ...Object.fromEntries(REDIS.map((place, i) => [place, [...REDIS.slice(i + 1), ...SEAM]])),
};

/** A room and all that a message still has before it. */
function from(room: string): readonly string[] {
  const way = ['gateway', 'http', 'routing', 'validation', 'service', 'delivery', 'registry'];
  const rooms = [...way, 'engine', 'history', 'options', 'signals', 'protocol'];
  const below = rooms.slice(rooms.indexOf(room));
  // Beside the way, where delivery is.
  return below.includes('delivery') ? ['watching', ...below] : below;
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

/** The innermost place of the table that a file lies in; any other file is its own. */
function placeOf(file: string): string {
  const path = relative(SRC, file).replace(/\.[jt]s$/, '');
  const places = Object.keys(MAY_IMPORT_WITHIN).filter((place) =>
    `${path}/`.startsWith(`${place}/`),
  );
  return places.sort((a, b) => b.length - a.length)[0] ?? path;
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

  it('has every folder within a room in the list of who may import what', () => {
    const places = files.filter((file) => dirname(relative(SRC, file)).includes('/')).map(placeOf);
    expect(places.filter((place) => !(place in MAY_IMPORT_WITHIN))).toEqual([]);
  });

  it.each(Object.keys(MAY_IMPORT_WITHIN))(
    'lets %s import only what it may of its room',
    (place) => {
      const inside = files.filter((file) => placeOf(file) === place);
      const forbidden = inside.flatMap((file) =>
        importsOf(file)
          .filter((name) => name.startsWith('.'))
          .map((name) => resolve(dirname(file), name))
          .filter((target) => partOf(target) === partOf(file))
          .map(placeOf)
          .filter((target) => target !== place && !MAY_IMPORT_WITHIN[place].includes(target))
          .map((target) => `${relative(SRC, file)} imports ${target}`),
      );
      expect(inside).not.toEqual([]);
      expect(forbidden).toEqual([]);
    },
  );

  it.each(['protocol', 'client'])('keeps %s free of Nest, Node and every package', (part) => {
    const foreign = files
      .filter((file) => partOf(file) === part)
      .flatMap((file) => importsOf(file).filter((name) => !name.startsWith('.')));
    expect(foreign).toEqual([]);
  });

  it('keeps the registry and everything above it ignorant of which engine and which history there is', () => {
    const knowing = files
      .filter((file) => ['registry', 'routing', 'gateway', 'http'].includes(partOf(file)))
      .filter((file) =>
        importsOf(file).some((name) => /(engine|history)\/(memory|redis)/.test(name)),
      );
    expect(knowing).toEqual([]);
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

describe('the layout of test/unit', () => {
  it('has the folders of src and no others', () => {
    const UNIT = resolve('test/unit');
    const rooms = new Set(files.map((file) => relative(SRC, dirname(file))));
    const tests = filesIn(UNIT).map((file) => relative(UNIT, file));
    const astray = tests.filter((test) => test.includes('/') && !rooms.has(dirname(test)));
    expect(astray).toEqual([]);
  });
});
