import { describe, expect, it } from 'vitest';
import { Injectable, Module, type Type } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  MemoryCluster,
  MemoryEngine,
  PushApiModule,
  PushGateway,
  PushModule,
  TrustUidAuthenticator,
  UidGateway,
  type PushModuleAsyncOptions,
  type PushModuleOptions,
} from '../../src/index.js';
import { useApp } from '../support/use-app.js';

const app = useApp();
const authenticator = new TrustUidAuthenticator();
const elsewhere = (): MemoryEngine => new MemoryEngine(new MemoryCluster());

describe('an application that imports PushModule more than once', () => {
  it('does not start: each would be a system of its own', async () => {
    @Module({ imports: [PushModule.forRoot({ gateway: false, engine: elsewhere() })] })
    class FeatureModule {}
    await expect(app.start({ imports: [FeatureModule] })).rejects.toThrow(
      /in this application 2 times: import forRoot\(\) or forRootAsync\(\) once.*global/,
    );
  });

  it('says so before anything else, with sockets in both', async () => {
    const again = PushModule.forRoot({ authenticator, path: '/again' });
    await expect(app.start({ imports: [again] })).rejects.toThrow(/2 times/);
  });

  it('starts when it is the same module, imported in two places', async () => {
    const module = PushModule.forRoot({ authenticator });
    @Module({ imports: [module] })
    class FeatureModule {}
    await app.start({ module, imports: [FeatureModule] });
    await app.text('ada');
    expect(await app.push.isOnline('ada')).toBe(true);
  });
});

describe('PushModule without what it needs', () => {
  it('does not start when it is imported without options', async () => {
    const module = PushModule as unknown as ReturnType<typeof PushModule.forRoot>;
    await expect(app.start({ module })).rejects.toThrow(
      /imported without options: write PushModule\.forRoot\(\{ … \}\)/,
    );
  });

  it('does not start without sockets on the memory engine: nobody can be reached', () => {
    for (const engine of [undefined, new MemoryEngine()]) {
      expect(() => PushModule.forRoot({ gateway: false, engine })).toThrow(
        /nobody can be reached.*new RedisEngine/,
      );
    }
  });

  it('does not start when a gateway waits for sockets that there are not', async () => {
    @PushGateway()
    class ChatGateway {}
    const module = PushModule.forRoot({ gateway: false, engine: elsewhere() });
    await expect(app.start({ module, providers: [ChatGateway] })).rejects.toThrow(
      /ChatGateway is a @PushGateway\(\).*gateway: false/,
    );
  });
});

describe('forRootAsync', () => {
  const factory = (made: unknown) => ({ useFactory: () => made as PushModuleOptions });

  it.each([
    [{ authenticator }, /there is no option "authenticator".*what the factory makes/],
    [{}, /exactly one of useFactory, useClass, useExisting; given: none/],
    [{ useFactory: () => ({}), useClass: class {} }, /given: useFactory and useClass/],
  ])('refuses %o', (options, message) => {
    expect(() => PushModule.forRootAsync(options as PushModuleAsyncOptions)).toThrow(message);
  });

  it.each([
    [undefined, /factory returned undefined instead of options/],
    [null, /factory returned null/],
    [
      { authenticator, gateway: false },
      /"gateway" is made by the factory; allowed is only beside it/,
    ],
    [{ authenticator, pathh: '/' }, /there is no option "pathh"/],
  ])('does not start when its factory makes %o', async (made, message) => {
    const module = PushModule.forRootAsync(factory(made));
    await expect(app.start({ module })).rejects.toThrow(message);
  });
});

it('does not start when the factory of PushApiModule makes nothing', async () => {
  const api = PushApiModule.forRootAsync({ useFactory: () => undefined as never });
  await expect(app.start({ imports: [api] })).rejects.toThrow(
    'PushApiModule.forRootAsync: its factory returned undefined instead of options.',
  );
});

describe('the gateway of the options', () => {
  it.each([[class {}], [WebSocketGateway], [{}], ['UidGateway']])('is refused: %o', (gateway) => {
    const options = { authenticator, gateway } as unknown as PushModuleOptions;
    expect(() => PushModule.forRoot(options)).toThrow(/"gateway" is .*a subclass of UidGateway/);
  });

  it("is served on the module's path when it is decorated as gateways in Nest are", async () => {
    @WebSocketGateway()
    class DecoratedGateway extends UidGateway {}
    await app.start({ push: { gateway: DecoratedGateway, path: '/socket' } });
    const client = await app.connectJson({}, '/socket');
    await client.login('ada');
    expect(await client.exchange('ping')).toMatchObject({ event: 'pong' });
    await expect(app.connectJson({}, '/')).rejects.toThrow('404');
  });

  it.each<[string, ClassDecorator]>([
    ['another path', WebSocketGateway({ path: '/elsewhere' })],
    ['a port', WebSocketGateway(8_181)],
  ])('does not start on %s', async (_what, decorate) => {
    class PlacedGateway extends UidGateway {}
    decorate(PlacedGateway);
    await expect(app.start({ push: { gateway: PlacedGateway } })).rejects.toThrow(
      /PlacedGateway is the gateway of PushModule.*another path or a port/,
    );
  });
});

describe('a gateway class that two modules provide', () => {
  it('does not start, and the message names both', async () => {
    @PushGateway()
    class ChatGateway {
      @SubscribeMessage('chat')
      chat(): string {
        return 'hi';
      }
    }
    @Module({ providers: [ChatGateway] })
    class OneModule {}
    @Module({ providers: [ChatGateway] })
    class OtherModule {}
    await expect(app.start({ imports: [OneModule, OtherModule] })).rejects.toThrow(
      /ChatGateway is a provider of OneModule and of OtherModule/,
    );
  });
});

/** Keeps what is logged. */
@Injectable()
class Lines {
  readonly log: string[] = [];
  readonly warn: string[] = [];

  get logger() {
    return {
      log: (line: string) => void this.log.push(line),
      warn: (line: string) => void this.warn.push(line),
      error: () => undefined,
    };
  }
}

describe('what is served where', () => {
  async function startWith(...providers: Type[]): Promise<Lines> {
    const lines = new Lines();
    await app.start({ push: { path: '/socket' }, providers, logger: lines.logger });
    return lines;
  }

  it('is said when the application starts', async () => {
    @PushGateway()
    class ChatGateway {}
    @WebSocketGateway({ path: '/public' })
    class PublicGateway {}
    const { log } = await startWith(ChatGateway, PublicGateway);
    expect(log).toContain('"/socket" is the push socket, for ChatGateway, UidGateway.');
    expect(log).toContain(
      'PublicGateway is served on "/public", without the authentication of PushModule.',
    );
  });

  it('is a warning when a gateway fell onto a path that it does not name', async () => {
    @WebSocketGateway()
    class FallenGateway {}
    const { warn } = await startWith(FallenGateway);
    expect(warn).toContain(
      'FallenGateway is served on "/", without the authentication of PushModule: decorate it ' +
        'with @PushGateway() to put it on "/socket".',
    );
  });

  it('is the push socket for a @PushGateway(), whatever its path', async () => {
    @PushGateway()
    class ChatGateway {
      @SubscribeMessage('chat')
      chat(): string {
        return 'hi';
      }
    }
    await startWith(ChatGateway);
    const client = await app.connectJson({}, '/socket');
    await client.login('ada');
    expect(await client.exchange('chat')).toMatchObject({ event: 'chat', data: 'hi' });
    await expect(app.connectJson({}, '/')).rejects.toThrow('404');
  });
});
