import type { Server } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Injectable, Module } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import {
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from '@nestjs/websockets';
import { WebSocketServer as PlainServer } from 'ws';
import {
  Authenticator,
  PushModule,
  TrustUidAuthenticator,
  type Credential,
  type Identity,
  type PushModuleOptions,
  type PushOptionsFactory,
  MemoryCluster,
  MemoryEngine,
} from '../../src/index.js';
import { connect, connectJson, connectText, refusedUpgrade } from '../support/client.js';
import { freePort } from '../support/free-port.js';
import { useApp } from '../support/use-app.js';

const app = useApp();

async function expectPushAt(url: string): Promise<void> {
  const client = await connectText(url);
  await client.authenticate('ada');
  expect(await app.push.sendToUid('ada', 'hi')).toMatchObject({ nodes: 1 });
  expect(await client.next()).toBe('hi');
}

@Injectable()
class UsersService {
  readonly names = new Map([['key-of-ada', 'ada']]);
}

@Module({ providers: [UsersService], exports: [UsersService] })
class UsersModule {}

@Injectable()
class KeyAuthenticator extends Authenticator {
  constructor(private readonly users: UsersService) {
    super();
  }

  authenticate(credential: Credential): Identity | null {
    const uid = this.users.names.get(credential as string);
    return uid === undefined ? null : { uid };
  }
}

@Injectable()
class Factory implements PushOptionsFactory {
  createPushOptions(): PushModuleOptions {
    return { authenticator: new TrustUidAuthenticator(), path: '/socket' };
  }
}

@Module({ providers: [Factory], exports: [Factory] })
class FactoryModule {}

describe('importing PushModule', () => {
  it.each(['express', 'fastify'] as const)('is enough on %s', async (adapter) => {
    await app.start({ adapter });
    await expectPushAt(app.url);
  });

  it('serves the path of the option and no other', async () => {
    await app.start({ push: { path: '/socket' } });
    await expectPushAt(`${app.url}socket`);
    await expect(app.connectText()).rejects.toThrow('404');
  });

  it.each(['/socket', '/socket/'])('serves %s exactly as it is written', async (path) => {
    await app.start({ push: { path } });
    await expectPushAt(app.http.replace('http', 'ws') + path);
    for (const other of ['/socket', '/socket/', '/socket//', '//socket', '/Socket', '/socket/x']) {
      if (other === path) continue;
      const answer = await refusedUpgrade(app.http.replace('http', 'ws') + other);
      expect([other, answer.status]).toEqual([other, 404]);
    }
  });

  it('takes options from a factory with injected providers', async () => {
    const module = PushModule.forRootAsync({
      imports: [UsersModule],
      inject: [UsersService],
      useFactory: (users: UsersService) => ({ authenticator: new KeyAuthenticator(users) }),
    });
    await app.start({ module });
    const client = await app.connectText();
    expect(await client.authenticate('key-of-ada')).toContain('ada');
  });

  it.each([
    ['a class', PushModule.forRootAsync({ useClass: Factory })],
    [
      'a provider of the application',
      PushModule.forRootAsync({ imports: [FactoryModule], useExisting: Factory }),
    ],
  ])('takes options from %s', async (_, module) => {
    await app.start({ module });
    await expectPushAt(`${app.url}socket`);
  });

  it('has Nest construct an authenticator class with its dependencies', async () => {
    const module = PushModule.forRoot({ imports: [UsersModule], authenticator: KeyAuthenticator });
    await app.start({ module });
    const [known, unknown] = [await app.connectText(), await app.connectText()];
    expect(await known.authenticate('key-of-ada')).toContain('ada');
    unknown.write('another key');
    expect(await unknown.next()).toMatch(/^error:AUTH_FAILED:/);
  });

  it("uses the application's own instance of an authenticator that it provides", async () => {
    const module = PushModule.forRoot({ authenticator: KeyAuthenticator });
    await app.start({ module, imports: [UsersModule], providers: [KeyAuthenticator] });
    app.nest.get(UsersService).names.set('another', 'bob');
    const client = await app.connectText();
    expect(await client.authenticate('another')).toContain('bob');
  });

  it.each([
    ['its class, where an instance was given', TrustUidAuthenticator, {}],
    ['the class Authenticator', Authenticator, {}],
    [
      'the class Authenticator, where a factory made it',
      Authenticator,
      {
        module: PushModule.forRootAsync({
          useFactory: () => ({ authenticator: new TrustUidAuthenticator() }),
        }),
      },
    ],
    [
      'the class Authenticator, where a class was given',
      Authenticator,
      { module: PushModule.forRoot({ imports: [UsersModule], authenticator: KeyAuthenticator }) },
    ],
  ])('lets a test replace the authenticator under %s', async (_, token, options) => {
    const everyoneIsBob = { authenticate: () => ({ uid: 'bob' }) };
    await app.start({
      ...options,
      override: (testing) => testing.overrideProvider(token).useValue(everyoneIsBob),
    });
    const client = await app.connectText();
    expect(await client.authenticate('key-of-ada')).toContain('bob');
  });

  it('says what to do when the application sets another adapter', async () => {
    const starting = app.start({
      configure: (nest) => nest.useWebSocketAdapter(new WsAdapter(nest)),
    });
    await expect(starting).rejects.toThrow(/remove the call of app\.useWebSocketAdapter\(\)/);
  });

  it('serves no sockets with gateway: false, and needs no authenticator then', async () => {
    await app.start({
      module: PushModule.forRoot({ gateway: false, engine: new MemoryEngine(new MemoryCluster()) }),
    });
    await expect(app.connectText()).rejects.toThrow();
    expect(await app.push.broadcast(1)).toMatchObject({ nodes: 0 });
  });
});

describe('an option that is wrong', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'authenticator',
      undefined,
      /"authenticator" is missing.*JwtAuthenticator.*TrustUidAuthenticator/,
    ],
    ['authenticator', {}, /"authenticator" is an object \(Object\); allowed is an Authenticator/],
    ['path', 'socket', /"path" is "socket"; allowed is a string that begins with "\/"/],
    ['authTimeout', 0, /"authTimeout" is 0; allowed is a whole number of milliseconds from 1/],
    ['authenticatorTimeout', '5s', /"authenticatorTimeout" is "5s"/],
    ['heartbeatInterval', -1, /"heartbeatInterval" is -1/],
    ['maxPayload', 1.5, /"maxPayload" is 1\.5; allowed is a whole number of bytes/],
    ['maxPendingBytes', 0, /"maxPendingBytes" is 0/],
    ['maxBufferedBytes', NaN, /"maxBufferedBytes" is NaN/],
    ['maxConnectionsPerUid', -1, /"maxConnectionsPerUid" is -1/],
    ['connectionLimitPolicy', 'kick', /"connectionLimitPolicy" is "kick"; allowed is "refuse" or/],
    ['welcome', 'hello', /"welcome" is "hello"; allowed is a function/],
    ['perMessageDeflate', 1, /"perMessageDeflate" is 1/],
    ['closeTimeout', 2 ** 31, /"closeTimeout" is 2147483648/],
    ['drainBatchSize', 0, /"drainBatchSize" is 0/],
    ['drainInterval', null, /"drainInterval" is null/],
    ['routePolicy', () => true, /"routePolicy" is the function/],
    ['engine', 'redis', /"engine" is "redis"; allowed is an Engine/],
    ['gateway', 'no', /"gateway" is "no"/],
    ['authTimeOut', 5, /there is no option "authTimeOut"; the options are .*authTimeout/],
  ])('(%s: %s) is named with what was given and what is allowed', async (name, value, message) => {
    await expect(app.start({ push: { [name]: value } })).rejects.toThrow(message);
  });
});

describe('beside other users of the same server', () => {
  @WebSocketGateway({ path: '/other' })
  class OtherGateway {
    @WebSocketServer()
    readonly server!: PlainServer;

    @SubscribeMessage('echo')
    echo(@MessageBody() data: unknown) {
      return { event: 'echoed', data };
    }
  }

  it('gateways on other paths work as they always did', async () => {
    await app.start({ providers: [OtherGateway] });
    const other = await connectJson(`${app.url}other`, { protocols: [] });
    other.write({ event: 'echo', data: 'without authentication' });
    expect(await other.next()).toEqual({ event: 'echoed', data: 'without authentication' });
  });

  it('gateways on ports of their own work as they always did', async () => {
    const port = await freePort();
    @WebSocketGateway(port)
    class OwnPort {
      @SubscribeMessage('echo')
      echo(@MessageBody() data: unknown) {
        return { event: 'echoed', data };
      }
    }
    await app.start({ providers: [OwnPort] });
    const client = await connectJson(`ws://127.0.0.1:${port}/`, { protocols: [] });
    client.write({ event: 'echo', data: 1 });
    expect(await client.next()).toEqual({ event: 'echoed', data: 1 });
  });

  it('an upgrade that another consumer leaves alone gets 404 after authTimeout', async () => {
    await app.start({
      push: { authTimeout: 100 },
      configure: (nest) => {
        const server = nest.getHttpServer() as Server;
        server.on('upgrade', () => undefined);
      },
    });
    expect(await refusedUpgrade(`${app.url}nobody`)).toMatchObject({ status: 404 });
  });

  it('another consumer of upgrades takes its own', async () => {
    const foreign = new PlainServer({ noServer: true });
    await app.start({
      configure: (nest) => {
        const server = nest.getHttpServer() as Server;
        server.on('upgrade', (request, socket, head) => {
          if (request.url !== '/foreign') return;
          // It may think about it for a while before it takes the socket.
          setImmediate(() =>
            foreign.handleUpgrade(request, socket, head, (client) => client.send('foreign')),
          );
        });
      },
    });
    const client = await connect(`${app.url}foreign`);
    expect(await client.next()).toBe('foreign');
    await app.text('ada');
    foreign.close();
  });
});
