import {
  Controller,
  Get,
  Injectable,
  Logger,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import supertest from 'supertest';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PushAdminModule, type PushAdminModuleOptions } from '../../src/admin/index.js';
import { MemoryCluster, MemoryEngine } from '../../src/index.js';
import type { Snapshot, UidReport } from '../../src/admin/frames.js';
import type { JsonClient, JsonFrame } from '../support/client.js';
import { describeOnEachStore } from '../support/each-store.js';
import { useApp, type TestApp } from '../support/use-app.js';

const KEY = 'operators-only';
const BEARER = { authorization: `Bearer ${KEY}` };
const PATH = '/push-admin';

const admin = (options: Partial<PushAdminModuleOptions> = {}) => ({
  imports: [PushAdminModule.forRoot({ apiKeys: [KEY], ...options } as PushAdminModuleOptions)],
});

async function ticketFrom(app: TestApp, headers: Record<string, string> = BEARER): Promise<string> {
  const { body } = await supertest(app.http).post(`${PATH}/ticket`).set(headers).expect(200);
  return (body as { ticket: string }).ticket;
}

/** An operator at this node, with a ticket of another if one is given. */
async function operatorAt(app: TestApp, of = app, path = `${PATH}/socket`): Promise<JsonClient> {
  const ticket = await ticketFrom(of);
  const operator = await app.connectJson({}, path);
  await operator.login({ ticket });
  return operator;
}

const snapshotIn = ({ data }: JsonFrame): Snapshot => (data as { data: Snapshot }).data;

/** The next snapshot of which this holds. */
async function snapshot(
  operator: JsonClient,
  holds: (one: Snapshot) => boolean = () => true,
): Promise<Snapshot> {
  return (await operator.nextMessage<Snapshot>(({ data }) => holds(data))).data;
}

describe.each(['express', 'fastify'] as const)("the operator's view on %s", (adapter) => {
  const app = useApp({ adapter, ...admin() });

  it('is a page with its files, whether or not its address ends with a slash', async () => {
    await app.start();
    const page = await supertest(app.http).get(PATH).expect(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['content-security-policy']).not.toContain('unsafe');
    expect(page.text).toContain('src="push-admin/index.js"');
    for (const [file, type] of [
      ['index.js', 'text/javascript; charset=utf-8'],
      ['page.css', 'text/css; charset=utf-8'],
      ['licences', 'text/plain; charset=utf-8'],
    ]) {
      const { headers } = await supertest(app.http).get(`${PATH}/${file}`).expect(200);
      expect(headers).toMatchObject({ 'content-type': type, 'x-content-type-options': 'nosniff' });
    }
    await supertest(app.http).get(`${PATH}/index.html`).expect(404);
    await supertest(app.http).get(`${PATH}/..%2fpackage.json`).expect(404);
  });

  it('hands tickets to who has a key, and to nobody else', async () => {
    await app.start();
    const refused = await supertest(app.http).post(`${PATH}/ticket`).expect(401);
    expect(refused.headers['www-authenticate']).toBe('Bearer');
    await supertest(app.http).post(`${PATH}/ticket`).set({ authorization: 'Bearer x' }).expect(401);
    const { headers } = await supertest(app.http).post(`${PATH}/ticket`).set(BEARER).expect(200);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('tells who looks every second how it goes', async () => {
    await app.start();
    const operator = await operatorAt(app);
    const idle = await snapshot(operator, ({ nodes }) => nodes.length === 1);
    expect(idle).toMatchObject({
      counts: { connections: 0, uids: 0, nodes: 1 },
      silent: [],
      nodes: [{ node: idle.via, connections: 0, uids: 0, engine: { status: 'up' } }],
    });
    const ada = await app.json('ada');
    await ada.exchange('send', { to: 'ada', data: 'hello' });
    const { nodes, counts } = await snapshot(
      operator,
      (one) => one.nodes[0]?.figures.deliveries.live === 1,
    );
    expect(counts).toEqual({ connections: 1, uids: 1, nodes: 1 });
    const [report] = nodes;
    expect(report.figures).toMatchObject({ logins: { accepted: 1 }, messages: { client: 1 } });
    expect(report.lateness.max).toBeGreaterThanOrEqual(report.lateness.median);
    expect(report.memory).toBeGreaterThan(1_000_000);
  });
});

describe('the socket of the view', () => {
  const app = useApp(admin());

  it('lets in by a ticket once, and by nothing else', async () => {
    await app.start();
    const ticket = await ticketFrom(app);
    const first = await app.connectJson({}, `${PATH}/socket`);
    expect(await first.login({ ticket })).toEqual({ uid: 'operator', connectionId: 'operator' });
    for (const data of [{ ticket }, { ticket: `${ticket}x` }, { uid: 'ada' }, { ticket: 7 }]) {
      const other = await app.connectJson({}, `${PATH}/socket`);
      other.write({ event: 'auth', data, id: 1 });
      expect(await other.next()).toMatchObject({ event: 'error', data: { code: 'AUTH_FAILED' } });
      expect(await other.expectClose()).toEqual({ code: 4401, reason: 'AUTH_FAILED' });
    }
  });

  it('says why it closes, as the push socket does', async () => {
    await app.start();
    for (const first of ['no frame', Buffer.from('binary')]) {
      const stranger = await app.connectJson({}, `${PATH}/socket`);
      stranger.write(first);
      expect(await stranger.nextEvent('error')).toMatchObject({ code: 'AUTH_REQUIRED' });
      expect(await stranger.expectClose()).toEqual({ code: 4401, reason: 'AUTH_REQUIRED' });
    }
    const operator = await operatorAt(app);
    for (let i = 0; i < 32; i++) operator.write('no frame');
    expect(await operator.expectClose()).toEqual({ code: 4400, reason: 'BAD_FRAME' });
  });

  it('has room for who has a ticket, however many have none, and logs nothing of theirs', async () => {
    await app.start();
    const logged: unknown[] = [];
    const hear = (...line: unknown[]): void => void logged.push(line);
    Logger.overrideLogger({ log: () => undefined, warn: hear, error: hear });
    onTestFinished(() => void Logger.overrideLogger(false));
    const silent = [];
    for (let i = 0; i < 40; i++) silent.push(await app.connectJson({}, `${PATH}/socket`));
    const operator = await operatorAt(app);
    expect(await silent[0].expectClose()).toMatchObject({ code: 1006 });
    const requestLine = `GET ${PATH}/socket HTTP/1.1`;
    const broken = await app.openRaw({ requestLine, protocols: 'push.v1.json' });
    await broken.write(Buffer.from([0x81, 0x00]));
    await broken.waitForEnd();
    expect(await operator.exchange('ping')).toMatchObject({ event: 'pong' });
    expect(logged).toEqual([]);
  });

  it('answers in the order in which it was asked', async () => {
    await app.start();
    const operator = await operatorAt(app);
    const asked = [
      { event: 'uid', data: { uid: 'ada' }, id: 1 },
      { event: 'ping', id: 2 },
      { event: 'nothing', id: 3 },
    ];
    for (const frame of asked) operator.write(frame);
    const ids: unknown[] = [];
    while (ids.length < 3) {
      const { id } = await operator.next();
      if (id !== undefined) ids.push(id);
    }
    expect(ids).toEqual([1, 2, 3]);
  });

  it('answers whoever asks faster than it can be answered', async () => {
    await app.start();
    const operator = await operatorAt(app);
    for (let i = 0; i < 500; i++) operator.write({ event: 'uid', data: { uid: 'ada' }, id: i });
    const answered = new Set<unknown>();
    while (answered.size < 500) {
      const { event, id } = await operator.next();
      if (event === 'uid') answered.add(id);
    }
    expect(await operator.exchange('ping')).toMatchObject({ event: 'pong' });
  });

  it('has no uid: it is in no count, and gets no broadcast', async () => {
    await app.start();
    const operator = await operatorAt(app);
    await app.push.broadcast('to everyone');
    await app.push.sendToUid('operator', 'to a user of this name');
    expect(await app.push.counts()).toEqual({ connections: 0, uids: 0, nodes: 1 });
    const frames = await operator.settle();
    expect(frames.every((frame) => snapshotIn(frame).type === 'snapshot')).toBe(true);
  });

  it('refuses what the view does not know, and what is broken, and stays', async () => {
    await app.start();
    const operator = await operatorAt(app);
    const codeOf = async (event: string, data?: unknown): Promise<unknown> =>
      ((await operator.exchange(event, data)).data as { code: unknown }).code;
    expect(await codeOf('send', { to: 'ada', data: 1 })).toBe('UNKNOWN_EVENT');
    expect(await codeOf('constructor')).toBe('UNKNOWN_EVENT');
    expect(await codeOf('uid', { uid: '' })).toBe('VALIDATION_FAILED');
    expect(await codeOf('uid', null)).toBe('VALIDATION_FAILED');
    expect(await codeOf('push', { uid: 'ada' })).toBe('VALIDATION_FAILED');
    expect(await codeOf('push', { uid: 'ada', data: 1, retain: 'yes' })).toBe('VALIDATION_FAILED');
    expect(await codeOf('disconnect', { target: 7 })).toBe('VALIDATION_FAILED');
    operator.write('no frame');
    expect(await operator.nextEvent('error')).toMatchObject({ code: 'BAD_FRAME' });
    operator.write(Buffer.from('binary'));
    expect(await operator.nextEvent('error')).toMatchObject({ code: 'BAD_FRAME' });
    expect(await operator.exchange('ping')).toMatchObject({ event: 'pong' });
  });

  it('stays for sessionTime, and longer with another ticket', async () => {
    await app.start(admin({ sessionTime: 3_000 }));
    const [stays, goes] = [await operatorAt(app), await operatorAt(app)];
    await snapshot(stays);
    await snapshot(stays);
    const ticket = await ticketFrom(app);
    expect(await stays.exchange('auth', { ticket })).toMatchObject({ event: 'auth' });
    expect(await goes.expectClose()).toEqual({ code: 4401, reason: 'AUTH_EXPIRED' });
    expect(await stays.exchange('ping')).toMatchObject({ event: 'pong' });
  });

  it('is behind the prefix of the application, as the page is', async () => {
    await app.start({ configure: (nest) => nest.setGlobalPrefix('api') });
    await supertest(app.http).get(`/api${PATH}`).expect(200);
    const { body } = await supertest(app.http).post(`/api${PATH}/ticket`).set(BEARER).expect(200);
    const operator = await app.connectJson({}, `/api${PATH}/socket`);
    await operator.login(body as { ticket: string });
  });

  it('is there in a process without push sockets', async () => {
    const engine = new MemoryEngine(new MemoryCluster());
    await app.start({ push: { gateway: false, authenticator: undefined, engine } });
    const operator = await operatorAt(app);
    await snapshot(operator, ({ nodes }) => nodes.length === 1);
  });

  it('closes with 1012 when the application ends', async () => {
    await app.start();
    const operator = await operatorAt(app);
    await app.close();
    expect(await operator.expectClose()).toMatchObject({ code: 1012 });
  });
});

describe('a view behind guards of the application', () => {
  const app = useApp();

  @Injectable()
  class CookieGuard implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      const request = context.switchToHttp().getRequest<{ headers: { cookie?: string } }>();
      return request.headers.cookie === 'operator=yes';
    }
  }

  const COOKIE = { cookie: 'operator=yes' };

  it('is closed with everything that belongs to it to who does not pass', async () => {
    await app.start(admin({ apiKeys: undefined, guards: [CookieGuard] }));
    await supertest(app.http).get(PATH).expect(403);
    await supertest(app.http).get(`${PATH}/index.js`).expect(403);
    await supertest(app.http).post(`${PATH}/ticket`).expect(403);
    await supertest(app.http).get(PATH).set(COOKIE).expect(200);
    const operator = await app.connectJson({}, `${PATH}/socket`);
    await operator.login({ ticket: await ticketFrom(app, COOKIE) });
  });

  it('carries decorators for a global guard, and leaves other routes as they are', async () => {
    @Controller('mine')
    class Mine {
      @Get()
      get(): string {
        return 'mine';
      }
    }
    const seen: unknown[] = [];
    const guard: CanActivate = {
      canActivate: (context) => seen.push(Reflect.getMetadata('role', context.getHandler())) > 0,
    };
    await app.start({
      ...admin({ apiKeys: undefined, guards: [], decorators: [SetMetadata('role', 'operator')] }),
      controllers: [Mine],
      configure: (nest) => nest.useGlobalGuards(guard),
    });
    await supertest(app.http).get(PATH).expect(200);
    await supertest(app.http).get('/mine').expect(200);
    expect(seen).toEqual(['operator', undefined]);
  });
});

describe('options of the view', () => {
  it.each([
    [{}, /apiKeys" is not given, nor is "guards".*exactly one/],
    [{ apiKeys: ['k'], guards: [] }, /apiKeys" is beside "guards"/],
    [{ apiKeys: ['with space'] }, /option "apiKeys" is a list of 1; allowed is an array of keys/],
    [{ guards: [class {}] }, /option "guards"/],
    [{ apiKeys: ['k'], path: '/a/*' }, /option "path"/],
    [{ apiKeys: ['k'], sessionTime: 1 }, /option "sessionTime" is 1; .*milliseconds/],
    [{ apiKeys: ['k'], key: 'k' }, /no option "key"/],
  ])('are refused where they can never work: %o', (options, message) => {
    expect(() => PushAdminModule.forRoot(options as never)).toThrow(message);
  });

  it('may be made when the application starts', async () => {
    const app = await import('../support/app.js').then(({ startApp }) =>
      startApp({
        imports: [
          PushAdminModule.forRootAsync({
            path: 'ops/push',
            useFactory: (key: string) => ({ apiKeys: [key] }),
            inject: ['KEY'],
            imports: [
              {
                module: class {},
                providers: [{ provide: 'KEY', useValue: KEY }],
                exports: ['KEY'],
              },
            ],
          }),
        ],
      }),
    );
    await supertest(app.http).post('/ops/push/ticket').set(BEARER).expect(200);
    await app.close();
  });
});

describeOnEachStore('the view of a cluster', {}, (nodes) => {
  const { a, b } = nodes;
  const start = (): Promise<void> => nodes.start({}, admin());

  it('takes a ticket of another node, once, and shows all nodes', async () => {
    await start();
    const ticket = await ticketFrom(a);
    const operator = await b.connectJson({}, `${PATH}/socket`);
    await operator.login({ ticket });
    const again = await b.connectJson({}, `${PATH}/socket`);
    again.write({ event: 'auth', data: { ticket } });
    expect(await again.expectClose()).toMatchObject({ code: 4401 });
    await a.json('ada');
    await b.json('ada');
    const all = await snapshot(
      operator,
      (one) => one.nodes.length === 2 && one.nodes.every(({ connections }) => connections === 1),
    );
    expect(all).toMatchObject({ counts: { connections: 2, uids: 1, nodes: 2 }, silent: [] });
  });

  it('finds a uid: its devices, what is kept for it, and what became of that', async () => {
    await start();
    const operator = await operatorAt(a);
    expect((await operator.exchange('uid', { uid: 'ada' })).data).toEqual({
      uid: 'ada',
      connections: [],
      kept: { epoch: null, offset: 0, messages: [] },
    });
    const ada = await b.json({ uid: 'ada', device: 'phone' });
    const sent = await operator.exchange('push', { uid: 'ada', data: { n: 1 }, retain: true });
    expect(sent.data).toMatchObject({ nodes: 1, offset: 1 });
    expect(await ada.nextRetained()).toEqual([1, { n: 1 }]);
    const { connections, kept } = (await operator.exchange('uid', { uid: 'ada' }))
      .data as UidReport;
    expect(connections).toMatchObject([{ uid: 'ada', device: 'phone' }]);
    const { id } = kept!.messages[0];
    expect(kept).toMatchObject({ offset: 1, messages: [{ id, offset: 1, data: { n: 1 } }] });
    expect((await operator.exchange('explain', { id, uid: 'ada' })).data).toMatchObject({
      id,
      uid: 'ada',
    });
    expect((await operator.exchange('explain', { id: 'none', uid: 'ada' })).data).toBe(null);
  });

  it('shows the latest of many messages', async () => {
    await start();
    for (let n = 1; n <= 60; n++) await a.push.sendToUid('ada', n, { retain: true });
    const { kept } = (await (await operatorAt(b)).exchange('uid', { uid: 'ada' }))
      .data as UidReport;
    expect(kept!.messages.map(({ data }) => data)).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 11),
    );
  });

  it('disconnects one device, or all', async () => {
    await start();
    const operator = await operatorAt(a);
    const [phone, laptop, tablet] = [await b.json('ada'), await a.json('ada'), await b.json('ada')];
    const one = await operator.exchange('disconnect', { target: phone.connectionId });
    expect(one.data).toEqual({ nodes: 1 });
    expect(await phone.expectClose()).toMatchObject({ code: 4403 });
    expect(laptop.isOpen && tablet.isOpen).toBe(true);
    const all = await operator.exchange('disconnect', { target: 'ada' });
    expect(all.data).toEqual({ nodes: 2 });
    expect(await laptop.expectClose()).toMatchObject({ code: 4403 });
    expect(await tablet.expectClose()).toMatchObject({ code: 4403 });
  });
});
