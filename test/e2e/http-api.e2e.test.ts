import { afterEach, describe, expect, it } from 'vitest';
import { Controller, Get, Logger, Module, ValidationPipe, VersioningType } from '@nestjs/common';
import supertest from 'supertest';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { PushModule } from '../../src/push.module.js';
import { PushApiModule } from '../../src/http/push-api.module.js';
import { MemoryEngine } from '../../src/engine/memory/memory.engine.js';
import { ErrorCode } from '../../src/protocol/codes.js';
import { PushException } from '../../src/protocol/push.exception.js';
import { startApp, type AppOptions, type RunningApp } from '../support/app.js';
import { closeAll, connectJson, type JsonClient } from '../support/client.js';

const KEY = 'first-key-of-the-test';
const OTHER_KEY = 'second-key-of-the-test';

class UnreachableEngine extends MemoryEngine {
  override publish = unreachable;
  override connectionsOf = unreachable;
  override disconnect = unreachable;
  override counts = unreachable;
}

function unreachable(): never {
  throw new PushException(ErrorCode.UNAVAILABLE, 'The cluster cannot be reached.');
}

let running: RunningApp;

afterEach(async () => {
  await closeAll();
  await running?.close();
});

describe.each(['express', 'fastify'] as const)('the HTTP push API on %s', (adapter) => {
  async function start(options: AppOptions = {}): Promise<void> {
    const { imports = [PushApiModule.forRoot({ apiKeys: [KEY, OTHER_KEY] })], ...rest } = options;
    running = await startApp({ adapter, imports, ...rest });
  }

  function request(method: 'get' | 'post' | 'delete', path: string, key = KEY): supertest.Test {
    return supertest(running.http)[method](path).set('Authorization', `Bearer ${key}`);
  }

  async function client(uid: string, device?: string): Promise<JsonClient> {
    const socket = await connectJson(running.url);
    await socket.login({ uid, device });
    return socket;
  }

  async function received(socket: JsonClient): Promise<unknown[]> {
    const frames = await socket.settle();
    return frames.map(({ data }) => (data as { data: unknown }).data);
  }

  describe('requests', () => {
    it('sends to a uid, to a list, to a group and to all', async () => {
      await start();
      const [ada, bob] = [await client('ada'), await client('bob')];
      await running.push.joinGroup('bob', 'editors');
      for (const [to, data] of [
        ['ada', 1],
        [['ada', 'bob'], [2]],
        [{ group: 'editors' }, { three: 3 }],
        ['all', null],
      ]) {
        const answer = await request('post', '/push/messages').send({ to, data }).expect(202);
        expect(answer.body).toEqual({ id: expect.any(String), nodes: 1 });
      }
      expect(await received(ada)).toEqual([1, [2], null]);
      expect(await received(bob)).toEqual([[2], { three: 3 }, null]);
    });

    it('answers nodes: 0 when nobody is online', async () => {
      await start();
      const answer = await request('post', '/push/messages').send({ to: 'nobody', data: '' });
      expect(answer.status).toBe(202);
      expect(answer.body).toEqual({ id: expect.any(String), nodes: 0 });
    });

    it('tells who is online, with each connection', async () => {
      await start();
      await client('a b/ü', 'phone');
      const path = `/push/uids/${encodeURIComponent('a b/ü')}`;
      const { body } = await request('get', path).expect(200);
      const connection = { uid: 'a b/ü', device: 'phone', codec: 'json' };
      expect(body).toMatchObject({ uid: 'a b/ü', online: true, connections: [connection] });
    });

    it('tells of an unknown uid that it is not online', async () => {
      await start();
      const { body } = await request('get', '/push/uids/nobody').expect(200);
      expect(body).toEqual({ uid: 'nobody', online: false, connections: [] });
    });

    it('takes a uid of any allowed length, on Fastify if its adapter does', async () => {
      await start();
      const path = `/push/uids/${encodeURIComponent('ü'.repeat(128))}`;
      await request('get', path).expect(adapter === 'fastify' ? 414 : 200);
    });

    it('disconnects a uid with all its connections', async () => {
      await start();
      const [phone, tab] = [await client('ada'), await client('ada')];
      const { body } = await request('delete', '/push/uids/ada').expect(200);
      expect(body).toEqual({ nodes: 1 });
      expect((await phone.waitForClose()).code).toBe(4403);
      expect((await tab.waitForClose()).code).toBe(4403);
      expect((await request('delete', '/push/uids/ada').expect(200)).body).toEqual({ nodes: 0 });
    });

    it('counts', async () => {
      await start();
      await client('ada');
      await client('ada');
      const { body } = await request('get', '/push/stats').expect(200);
      expect(body).toEqual({ connections: 2, uids: 1, nodes: 1 });
    });
  });

  describe('keys', () => {
    const REFUSED = {
      statusCode: 401,
      message: 'Send a valid key: "Authorization: Bearer <key>".',
      error: 'Unauthorized',
    };

    it.each(['/push/messages', '/push/uids/ada', '/push/stats'])('guard %s', async (path) => {
      await start();
      const method = path === '/push/messages' ? 'post' : 'get';
      for (const header of ['', 'Bearer', `Basic ${KEY}`, KEY, `Bearer ${KEY}x`, 'Bearer x y']) {
        const answer = await supertest(running.http)[method](path).set('Authorization', header);
        expect(answer.body).toEqual(REFUSED);
        expect(answer.status).toBe(401);
        expect(answer.headers['www-authenticate']).toBe('Bearer');
      }
      expect((await supertest(running.http).delete('/push/uids/ada')).status).toBe(401);
    });

    it('may be several, and the scheme in any case', async () => {
      await start();
      await request('get', '/push/stats', OTHER_KEY).expect(200);
      const http = supertest(running.http);
      await http.get('/push/stats').set('authorization', `bearer ${KEY}`).expect(200);
      await http.get('/push/stats').set('authorization', `BEARER  ${KEY}`).expect(200);
    });

    it('come before the body: nothing of a stranger is read', async () => {
      await start();
      const strangers = request('post', '/push/messages', 'wrong').type('json');
      const answer = await strangers.send(`{"broken${'x'.repeat(2_000_000)}`);
      expect(answer.body).toEqual(REFUSED);
    });

    it('close the API when there are none', async () => {
      await start({ imports: [PushApiModule.forRoot({ apiKeys: [] })] });
      await request('get', '/push/stats').expect(401);
      await request('get', '/push/stats', '').expect(401);
      await request('post', '/push/messages').send({ to: 'all', data: 1 }).expect(401);
    });
  });

  describe('bad requests', () => {
    it.each([
      ['nothing', {}, [/^to must be a uid/, /^data is required/]],
      ['a number to', { to: 7, data: 1 }, [/^to must be a uid, "all", a list/]],
      ['an empty uid', { to: '', data: 1 }, [/^to must be a string of 1 to 128/]],
      ['an empty list', { to: [], data: 1 }, [/^to must name at least one uid/]],
      ['"all" in a list', { to: ['ada', 'all'], data: 1 }, [/^to\.1 must be/]],
      ['no group name', { to: { group: '' }, data: 1 }, [/^to\.group must be/]],
      ['more than a group', { to: { group: 'g', x: 1 }, data: 1 }, [/no property but "group"/]],
      ['an unknown property', { to: 'a', data: 1, except: 'b' }, [/^except: .*not known/]],
      ['several faults', { to: 7, x: 1 }, [/^x: /, /^to must/, /^data is required/]],
      ['an array', [], [/^body must be a JSON object/]],
      ['a property "constructor"', { to: 'a', data: 1, constructor: 1 }, [/./]],
    ])('names what is broken: %s', async (_, body, faults) => {
      await start();
      const answer = await request('post', '/push/messages').send(body);
      expect(answer.body).toEqual({
        statusCode: 400,
        message: expect.any(Array),
        error: 'Bad Request',
      });
      const { message } = answer.body as { message: string[] };
      expect(message).toHaveLength(faults.length);
      for (const fault of faults) expect(message.join('\n')).toMatch(new RegExp(fault, 'm'));
    });

    it.each(['', 'null', '7', '"text"', '{', '[1,', '{"to":"ada","data":01}'])(
      'answers 400 to %j as a body',
      async (text) => {
        await start();
        const answer = await request('post', '/push/messages').type('json').send(text);
        expect(answer.status).toBe(400);
        const { message } = answer.body as { message: string[] };
        expect(message.length).toBeGreaterThan(0);
        for (const sentence of message) expect(sentence).toMatch(/^(body|to|data) /);
      },
    );

    it.each(['{"to":"a","data":{"__proto__":{"x":1}}}', '{"to":"a","data":1,"__proto__":{}}'])(
      'answers 400 to %s',
      async (text) => {
        await start();
        await request('post', '/push/messages').type('json').send(text).expect(400);
        expect(({} as { x?: unknown }).x).toBeUndefined();
      },
    );

    it.each([[{}], [{ 'Idempotency-Key': 'deep' }]])(
      'answers 400 to deep nesting',
      async (more) => {
        await start();
        const text = `{"to":"all","data":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
        const post = request('post', '/push/messages').type('json').set(more);
        const answer = await post.send(text);
        expect(answer.body).toMatchObject({ statusCode: 400, message: [expect.any(String)] });
      },
    );

    it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'nonsense'])(
      'answers 415 to a body of type %s',
      async (type) => {
        await start();
        const post = request('post', '/push/messages').set('Content-Type', type);
        const { status, body } = await post.send('{"to":"all","data":1}');
        expect(status).toBe(415);
        expect(body).toMatchObject({ statusCode: 415, error: 'Unsupported Media Type' });
      },
    );

    it.each([
      { 'Content-Type': 'application/json; charset=klingon' },
      { 'Content-Encoding': 'foo' },
    ])('answers to %o without quoting it', async (headers) => {
      await start();
      const post = request('post', '/push/messages').type('json').set(headers);
      const answer = await post.send('{"to":"nobody","data":1}');
      // Fastify looks at neither of them and reads the body as it is.
      const read = expect.objectContaining({ nodes: 0 }) as unknown;
      const refused = {
        statusCode: 415,
        message: 'Send the body as application/json in UTF-8.',
        error: 'Unsupported Media Type',
      };
      expect(answer.body).toEqual(adapter === 'fastify' ? read : refused);
    });

    it('answers 415 to no body at all', async () => {
      await start();
      await request('post', '/push/messages').expect(415);
    });

    it.each(['all', '@0000000000.1', 'a%00b', 'x'.repeat(100).concat('%E0%A4%A')])(
      'answers 400 to %s as a uid',
      async (uid) => {
        await start();
        for (const method of ['get', 'delete'] as const) {
          const answer = await request(method, `/push/uids/${uid}`);
          expect(answer.body).toMatchObject({ statusCode: 400 });
        }
      },
    );

    it('answers 503 when the cluster cannot be reached', async () => {
      await start({ push: { engine: new UnreachableEngine(), gateway: false } });
      const answer = await request('post', '/push/messages').send({ to: 'ada', data: 1 });
      expect(answer.body).toEqual({
        statusCode: 503,
        message: 'The cluster cannot be reached.',
        error: 'Service Unavailable',
      });
      await request('get', '/push/uids/ada').expect(503);
      await request('delete', '/push/uids/ada').expect(503);
      await request('get', '/push/stats').expect(503);
    });
  });

  describe('in an application', () => {
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
      const ada = await client('ada');
      const message = { to: 'ada', data: { kept: [1, '1'] } };
      await request('post', '/push/messages').send(message).expect(202);
      expect(await received(ada)).toEqual([message.data]);
      await request('post', '/push/messages')
        .send({ ...message, unknown: 1 })
        .expect(400);
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
      const testing = await Test.createTestingModule({
        imports: [PushModule.forRoot({ gateway: false }), PushApiModule.forRoot({ apiKeys: [] })],
      })
        .setLogger({ log: () => undefined, error: write, warn: write })
        .compile();
      const app =
        adapter === 'fastify'
          ? testing.createNestApplication(new FastifyAdapter())
          : testing.createNestApplication();
      await app.init();
      await app.close();
      Logger.overrideLogger(false);
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
      const { text } = await supertest(running.http).get('/stats').expect(200);
      expect(text).toBe('mine');
    });
  });
});

describe('the HTTP push API without HTTP', () => {
  it('does no harm in a worker that shares the modules of the application', async () => {
    @Module({
      imports: [PushModule.forRoot({ gateway: false }), PushApiModule.forRoot({ apiKeys: [KEY] })],
    })
    class WorkerModule {}
    const worker = await NestFactory.createApplicationContext(WorkerModule, { logger: false });
    await worker.close();
  });
});
