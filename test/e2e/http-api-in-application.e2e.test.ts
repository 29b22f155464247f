import { describe, expect, it } from 'vitest';
import {
  Controller,
  Get,
  Injectable,
  Logger,
  Module,
  SetMetadata,
  ValidationPipe,
  VersioningType,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD, NestFactory, Reflector } from '@nestjs/core';
import supertest from 'supertest';
import { MemoryCluster } from '../../src/engine/memory/memory-cluster.js';
import { MemoryEngine } from '../../src/engine/memory/memory.engine.js';
import { PushModule } from '../../src/push.module.js';
import { PushApiModule } from '../../src/http/push-api.module.js';
import { ADAPTERS, KEY, usePushApi } from '../support/use-push-api.js';

/** As most applications have one: it lets nobody through to what is not public. */
@Injectable()
class LoginGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    return this.reflector.get<boolean>('isPublic', context.getHandler());
  }
}

describe.each(ADAPTERS)('the HTTP push API in an application on %s', (adapter) => {
  const { app, start, request } = usePushApi(adapter);

  it('is where the path and the global prefix put it', async () => {
    await start({
      imports: [PushApiModule.forRoot({ apiKeys: [KEY], path: '/internal/notify/' })],
      configure: (app) => app.setGlobalPrefix('api'),
    });
    const data = 'x'.repeat(500_000);
    const path = '/api/internal/notify/messages';
    await request('post', path).send({ to: 'ada', data }).expect(202);
    await request('get', '/api/push/stats').expect(404);
  });

  it('keeps its addresses and its limit beside versions and an excluded prefix', async () => {
    await start({
      configure: (app) =>
        app
          .setGlobalPrefix('api', { exclude: ['push/{*rest}'] })
          .enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
    });
    const data = 'x'.repeat(500_000);
    await request('post', '/push/messages').send({ to: 'ada', data }).expect(202);
  });

  it('minds no global pipe of the application', async () => {
    await start({
      configure: (app) =>
        app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true })),
    });
    const ada = await app.json('ada');
    const message = { to: 'ada', data: { kept: [1, '1'] } };
    await request('post', '/push/messages').send(message).expect(202);
    expect(await ada.settledData()).toEqual([message.data]);
    await request('post', '/push/messages')
      .send({ ...message, unknown: 1 })
      .expect(400);
  });

  it.each([
    [
      'forRoot',
      PushApiModule.forRoot({ apiKeys: [KEY], decorators: [SetMetadata('isPublic', true)] }),
    ],
    [
      'forRootAsync',
      PushApiModule.forRootAsync({
        decorators: [SetMetadata('isPublic', true)],
        useFactory: () => ({ apiKeys: [KEY] }),
      }),
    ],
  ])('opens to a global guard by decorators of %s, and to nobody without a key', async (_, api) => {
    await start({ imports: [api], providers: [{ provide: APP_GUARD, useClass: LoginGuard }] });
    const ada = await app.json('ada');
    await request('post', '/push/messages').send({ to: 'ada', data: 1 }).expect(202);
    expect(await ada.settledData()).toEqual([1]);
    await request('get', '/push/uids/ada').expect(200);
    await request('get', '/push/stats').expect(200);
    await request('get', '/push/stats', 'wrong-key').expect(401);
  });

  it('is behind a global guard without them', async () => {
    await start({ providers: [{ provide: APP_GUARD, useClass: LoginGuard }] });
    await request('get', '/push/stats').expect(403);
  });

  it('takes its options from a factory', async () => {
    @Module({ providers: [{ provide: 'KEYS', useValue: [KEY] }], exports: ['KEYS'] })
    class ConfigModule {}
    await start({
      imports: [
        PushApiModule.forRootAsync({
          path: 'notify',
          imports: [ConfigModule],
          inject: ['KEYS'],
          useFactory: (apiKeys: string[]) => Promise.resolve({ apiKeys, bodyLimit: 100 }),
        }),
      ],
    });
    await request('get', '/notify/stats').expect(200);
    await request('post', '/notify/messages')
      .send({ to: 'all', data: 'x'.repeat(80) })
      .expect(413);
  });

  it('writes no key, no body and no stack into the log', async () => {
    const lines: unknown[] = [];
    const write = (...line: unknown[]) => void lines.push(line);
    await start({ imports: [PushApiModule.forRoot({ apiKeys: [KEY], bodyLimit: 100 })] });
    Logger.overrideLogger({ log: write, warn: write, error: write });
    await request('get', '/push/stats', 'wrong-key').expect(401);
    await request('post', '/push/messages').type('json').send('{"secret').expect(400);
    await request('post', '/push/messages').send({ to: '', data: 'secret' }).expect(400);
    await request('post', '/push/messages')
      .send({ data: 'secret'.repeat(100) })
      .expect(413);
    await request('get', '/push/uids/all').expect(400);
    expect(lines).toEqual([]);
  });

  it('says in the log that it is closed', async () => {
    const lines: string[] = [];
    const write = (message: string) => void lines.push(message);
    await start({
      module: PushModule.forRoot({ gateway: false, engine: new MemoryEngine(new MemoryCluster()) }),
      imports: [PushApiModule.forRoot({ apiKeys: [] })],
      logger: { log: () => undefined, error: write, warn: write },
    });
    expect(lines).toEqual([
      'The push API is closed: no apiKeys, so every request to it answers 401.',
    ]);
  });

  it('leaves the routes of the application alone', async () => {
    @Controller('stats')
    class StatsController {
      @Get()
      stats(): string {
        return 'mine';
      }
    }
    await start({ controllers: [StatsController] });
    const { text } = await supertest(app.http).get('/stats').expect(200);
    expect(text).toBe('mine');
  });
});

describe('the HTTP push API without HTTP', () => {
  it('does no harm in a worker that shares the modules of the application', async () => {
    @Module({
      imports: [
        PushModule.forRoot({ gateway: false, engine: new MemoryEngine(new MemoryCluster()) }),
        PushApiModule.forRoot({ apiKeys: [KEY] }),
      ],
    })
    class WorkerModule {}
    const worker = await NestFactory.createApplicationContext(WorkerModule, { logger: false });
    await worker.close();
  });
});
