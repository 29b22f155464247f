import type { UnitTestTree } from '@angular-devkit/schematics/testing';
import { lastValueFrom } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { nestAdd, type NestAddOptions } from '../../../../src/schematics/nest-add/index.js';
import { freshApp, schematics } from '../../../support/fresh-app.js';

const MODULE = '/src/app.module.ts';

let app: UnitTestTree;

beforeEach(async () => {
  app = await freshApp();
});

async function add(options: NestAddOptions = { install: false }): Promise<void> {
  await lastValueFrom(schematics.callRule(nestAdd(options), app));
}

describe('nest add', () => {
  it('imports the module and provides the gateway, in a fresh application', async () => {
    await add();
    const text = app.readContent(MODULE);
    expect(text).toContain("import { PushModule } from 'nestjs-uid-push';");
    expect(text).toContain("import { NotesGateway } from './push/notes.gateway.js';");
    expect(text).toContain("import { PushAuthenticator } from './push/push.authenticator.js';");
    expect(text).toContain('imports: [PushModule.forRoot({ authenticator: PushAuthenticator })]');
    expect(text).toContain('providers: [AppService, NotesGateway]');
  });

  it('adds an authenticator, a gateway and a test that imports the module', async () => {
    const before = app.files;
    await add();
    expect(app.files.filter((file) => !before.includes(file)).sort()).toEqual([
      '/src/push/notes.gateway.ts',
      '/src/push/push.authenticator.ts',
      '/test/push.e2e-spec.ts',
    ]);
    expect(app.readContent('/test/push.e2e-spec.ts')).toContain(
      "import { AppModule } from '../src/app.module.js';",
    );
    for (const file of app.files) expect(app.readContent(file)).not.toMatch(/\{\{|undefined'/);
  });

  it('adds what the new files import to package.json, and leaves what is there', async () => {
    app.overwrite(
      '/package.json',
      JSON.stringify({ dependencies: { 'class-validator': '0.15.0', zod: '4.0.0' } }),
    );
    await add();
    expect(app.readJson('/package.json')).toEqual({
      dependencies: {
        '@nestjs/platform-ws': '^12.0.0',
        '@nestjs/websockets': '^12.0.0',
        'class-transformer': '^0.5.1',
        'class-validator': '0.15.0',
        zod: '4.0.0',
      },
    });
  });

  it('writes relative imports without an extension in a CommonJS application', async () => {
    app = await freshApp('cjs');
    await add();
    expect(app.readContent(MODULE)).toContain("from './push/notes.gateway';");
    expect(app.readContent('/test/push.e2e-spec.ts')).toContain("from '../src/app.module';");
  });

  it('changes nothing a second time', async () => {
    await add();
    const files = app.files.map((file) => [file, app.readContent(file)]);
    await add();
    expect(app.files.map((file) => [file, app.readContent(file)])).toEqual(files);
  });

  it('finds the module of an application in a workspace, whatever it is called', async () => {
    app.rename(MODULE, '/apps/shop/src/shop.module.ts');
    await add({ sourceRoot: 'apps/shop/src', install: false });
    expect(app.exists('/apps/shop/src/push/notes.gateway.ts')).toBe(true);
    expect(app.readContent('/apps/shop/test/push.e2e-spec.ts')).toContain(
      "from '../src/shop.module.js';",
    );
  });

  it('takes the module that is named, and puts the files beside it', async () => {
    app.create('/src/live/live.module.ts', '@Module({})\nexport class LiveModule {}\n');
    await add({ module: 'live/live.module.ts', install: false });
    expect(app.readContent('/src/live/live.module.ts')).toContain('PushModule.forRoot');
    expect(app.exists('/src/live/push/push.authenticator.ts')).toBe(true);
    expect(app.readContent('/test/push.e2e-spec.ts')).toContain(
      "import { LiveModule } from '../src/live/live.module.js';",
    );
  });

  it.each([
    ['imports: IMPORTS, providers: []', 'Add PushModule.forRoot'],
    ['imports: [], providers: PROVIDERS', 'Add NotesGateway to the providers'],
  ])('changes nothing where @Module has { %s }, and says what to do', async (metadata, advice) => {
    app.overwrite(MODULE, `@Module({ ${metadata} })\nexport class AppModule {}\n`);
    const files = app.files;
    await expect(add()).rejects.toThrow(advice);
    expect(app.files).toEqual(files);
  });

  it('says that it needs a module in TypeScript', async () => {
    app.rename(MODULE, '/src/app.module.js');
    await expect(add()).rejects.toThrow('--module');
  });

  it('says that the named file has no module', async () => {
    await expect(add({ module: 'main.ts' })).rejects.toThrow('no class with @Module()');
  });

  it.each([
    ['package-lock.json', 'npm'],
    ['pnpm-lock.yaml', 'pnpm'],
    ['yarn.lock', 'yarn'],
    ['bun.lock', 'bun'],
  ])('installs what it added with the package manager of a %s', async (lock, packageManager) => {
    app.create(`/${lock}`, '');
    const before = schematics.tasks.length;
    await add({});
    expect(schematics.tasks.slice(before)).toEqual([
      { name: 'node-package', options: { command: 'install', packageManager } },
    ]);
  });
});
