import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokenLinks, documentsIn, reachableFrom, snippets } from '../support/documents.js';

const run = promisify(execFile);
/** Milliseconds for a download of packages on a slow day. */
const PACKING = 300_000;

/** What the documents' snippets take for granted. */
const SURROUNDINGS = {
  'src/main.ts': `
    import 'reflect-metadata';
    import { NestFactory } from '@nestjs/core';
    import { AppModule } from './app.module.js';
    const app = await NestFactory.create(AppModule, { logger: ['error'] });
    await app.listen(0, '127.0.0.1');
    console.log(await app.getUrl());
    await app.close();`,
  'src/start-all.ts': `
    import 'reflect-metadata';
    import { Module } from '@nestjs/common';
    import { APP_GUARD, NestFactory } from '@nestjs/core';
    import { PushModule, TrustUidAuthenticator } from 'nestjs-uid-push';
    import { AsyncModule } from './async.module.js';
    import { ChatGateway } from './chat.gateway.js';
    import { FriendsPolicy } from './friends.policy.js';
    import { GuardedGateway } from './guarded.gateway.js';
    import { KnownUsers } from './known-users.guard.js';
    import { LobbyGateway } from './lobby.gateway.js';
    import { ProviderModule } from './provider.module.js';
    import { AppWithPushApi } from './push-api.js';
    import { AppWithPublicPushApi } from './public-push-api.js';
    import { SessionModule } from './session.module.js';
    @Module({
      imports: [
        PushModule.forRoot({
          authenticator: new TrustUidAuthenticator(),
          routePolicy: FriendsPolicy,
          gateway: GuardedGateway,
        }),
      ],
      providers: [ChatGateway, LobbyGateway, { provide: APP_GUARD, useClass: KnownUsers }],
    })
    class Gateways {}
    for (const module of [AppWithPushApi, AppWithPublicPushApi, AsyncModule, Gateways, ProviderModule, SessionModule]) {
      const app = await NestFactory.create(module, { logger: ['error'] });
      await app.listen(0, '127.0.0.1');
      await app.close();
      console.log(module.name);
    }`,
  'src/sessions.ts': `
    import { Injectable, Module } from '@nestjs/common';
    export interface Session { uid: string; expiresAt: number; role: string }
    @Injectable()
    export class Sessions { async find(key: string): Promise<Session | undefined> { return undefined; } }
    @Module({ providers: [Sessions], exports: [Sessions] })
    export class SessionsModule {}`,
  'src/settings.ts': `
    import { Injectable, Module } from '@nestjs/common';
    @Injectable()
    export class Settings { jwksUrl = 'https://login.example.com/jwks.json'; }
    @Module({ providers: [Settings], exports: [Settings] })
    export class SettingsModule {}`,
  'vitest.config.ts': `
    import { defineConfig } from 'vitest/config';
    export default defineConfig({ test: { include: ['test/*spec.ts'], setupFiles: ['reflect-metadata'] } });`,
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'ES2023',
      module: 'nodenext',
      moduleResolution: 'nodenext',
      strict: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      types: ['node'],
      // As strict as applications may be.
      exactOptionalPropertyTypes: true,
      verbatimModuleSyntax: true,
      outDir: 'out',
      rootDir: '.',
      // Only what our own types refer to: other packages' declarations are theirs to keep right.
      skipLibCheck: true,
    },
    include: ['src', 'test'],
  }),
  // Looks into the package's declarations, which must not name a package that is not installed.
  'tsconfig.types.json': JSON.stringify({
    extends: './tsconfig.json',
    compilerOptions: { skipLibCheck: false, noEmit: true, lib: ['ES2023', 'DOM'] },
    include: ['src/types.ts'],
  }),
  // The resolution that knows no "exports".
  'tsconfig.node10.json': JSON.stringify({
    extends: './tsconfig.json',
    compilerOptions: {
      module: 'commonjs',
      moduleResolution: 'node10',
      ignoreDeprecations: '6.0',
      verbatimModuleSyntax: false,
      noEmit: true,
    },
    include: ['node10'],
  }),
  'src/types.ts': `import type * as Push from 'nestjs-uid-push'; export type All = typeof Push;`,
};

/** What the snippets import; none of the optional peers. */
const DEPENDENCIES = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/platform-express',
  '@nestjs/platform-ws',
  '@nestjs/testing',
  '@nestjs/websockets',
  '@types/node',
  '@types/supertest',
  'class-transformer',
  'class-validator',
  'reflect-metadata',
  'rxjs',
  'supertest',
  'typescript',
  'vitest',
];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nestjs-uid-push-'));
  await writeFiles(SURROUNDINGS);
  await writeFiles(Object.fromEntries(snippetFiles()));
  await install();
}, PACKING);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Everything in TypeScript; what names no file (the specifications' interfaces) gets one. */
function snippetFiles(): [string, string][] {
  return snippets()
    .filter(({ language }) => language === 'ts')
    .map(({ file, code }, index) => [file ?? `src/snippet-${index}.ts`, `${code}export {};\n`]);
}

async function writeFiles(files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

async function install(): Promise<void> {
  const { devDependencies } = JSON.parse(await readFile('package.json', 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  // The build is there already; packing must not make it anew under the feet of other tests.
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await run('npm', pack);
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as { filename: string }[];
  const dependencies = Object.fromEntries(
    DEPENDENCIES.map((name) => [name, devDependencies[name]]),
  );
  dependencies['nestjs-uid-push'] = `file:${filename}`;
  const manifest = { private: true, type: 'module', dependencies };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: folder });
}

/** Names every entry that has types. */
async function everyEntry(): Promise<string> {
  const { exports } = JSON.parse(await readFile(join(installed(), 'package.json'), 'utf8')) as {
    exports: Record<string, string | { types: string }>;
  };
  const entries = Object.keys(exports).filter((entry) => typeof exports[entry] === 'object');
  const imports = entries.map(
    (entry, i) => `import * as E${i} from '${entry.replace('.', 'nestjs-uid-push')}';\n`,
  );
  const names = entries.map((_, i) => `keyof typeof E${i}`);
  return `${imports.join('')}export type All = [${names.join(', ')}];`;
}

const installed = (): string => join(folder, 'node_modules/nestjs-uid-push');

/** Runs a program in the folder; its output is the error when it fails. */
async function inFolder(program: string, ...args: string[]): Promise<string> {
  try {
    const env = { ...process.env, JWT_SECRET: 'a secret for the packed example' };
    return (await run(program, args, { cwd: folder, env })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${stdout}\n${stderr}`, { cause: error });
  }
}

describe('the packed package in an empty application', () => {
  it(
    "builds the documents' applications, with no optional peer installed, and starts the README's",
    async () => {
      await expect(access(join(folder, 'node_modules/@nestjs/swagger'))).rejects.toThrow();
      await expect(access(join(folder, 'node_modules/redis'))).rejects.toThrow();
      await inFolder('npx', 'tsc');
      expect(await inFolder('node', 'out/src/main.js')).toContain('http://127.0.0.1:');
    },
    PACKING,
  );

  it(
    'starts every module that the documents show, but those that need Redis',
    async () => {
      const started = (await inFolder('node', 'out/src/start-all.js')).trim().split('\n');
      const modules = [
        'AppWithPushApi',
        'AppWithPublicPushApi',
        'AsyncModule',
        'Gateways',
        'ProviderModule',
        'SessionModule',
      ];
      expect(started).toEqual(expect.arrayContaining(modules));
    },
    PACKING,
  );

  it(
    "passes the documents' tests",
    async () => {
      expect(await inFolder('npx', 'vitest', 'run')).toContain('3 passed');
    },
    PACKING,
  );

  it(
    'has types that need no optional peer',
    async () => {
      const broken = await inFolder('npx', 'tsc', '-p', 'tsconfig.types.json').catch(
        ({ message }: Error) => message,
      );
      expect(broken.split('\n').filter((line) => line.includes('nestjs-uid-push'))).toEqual([]);
    },
    PACKING,
  );

  it(
    'has types for every entry where the compiler knows no "exports" (moduleResolution node10)',
    async () => {
      await writeFiles({ 'node10/every-entry.ts': await everyEntry() });
      await inFolder('npx', 'tsc', '-p', 'tsconfig.node10.json');
    },
    PACKING,
  );

  it('has no source maps, and no file that names one', async () => {
    const files = await readdir(join(installed(), 'dist'), { recursive: true });
    expect(files.filter((file) => file.endsWith('.map'))).toEqual([]);
    for (const file of files.filter((file) => /\.(js|ts)$/.test(file))) {
      const text = await readFile(join(installed(), 'dist', file), 'utf8');
      expect([file, text.includes('sourceMappingURL=')]).toEqual([file, false]);
    }
  });

  it('holds the library, its documents and the examples for integrations, and neither the example that runs nor the tests', async () => {
    const files = await readdir(installed(), { recursive: true });
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'CHANGELOG.md',
        'dist/index.js',
        'dist/index.d.ts',
        'dist/client/push-client.min.js',
        'dist/admin/page/index.js',
      ]),
    );
    const document = /\.(md|svg|png)$|^test\/vectors\/.*\.json$|^test\/examples\//;
    const sources = files.filter((file) => /^(src|test)\/.*\./.test(file) && !document.test(file));
    expect(sources).toEqual([]);
    expect(files.filter((file) => /^dist\/(app|main)|tsbuildinfo/.test(file))).toEqual([]);
  });

  it('holds every document that its README leads to, and no link that leads nowhere', () => {
    expect(brokenLinks(installed())).toEqual([]);
    const shipped = documentsIn(installed());
    expect(shipped.sort()).toEqual(
      [...reachableFrom('README.md')].filter((file) => file.endsWith('.md')).sort(),
    );
  });

  it('can be loaded with require()', async () => {
    const script = "console.log(typeof require('nestjs-uid-push').PushModule)";
    expect(await inFolder('node', '--input-type=commonjs', '-e', script)).toBe('function\n');
  });
});
