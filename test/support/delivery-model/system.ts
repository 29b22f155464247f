import { RedisEngine } from '../../../src/engine/redis/index.js';
import {
  MemoryCluster,
  MemoryEngine,
  type Engine,
  type PushHistoryOptions,
} from '../../../src/index.js';
import { startApp, type RunningApp } from '../app.js';
import { CuttableProxy } from '../cuttable-proxy.js';
import { RedisServer } from '../redis-server.js';

export const NODES = 3;

const HISTORY: PushHistoryOptions = { checkInterval: 500 };

/** Several nodes over one store, and what may happen to them. */
export interface System {
  /** Undefined while the node is away. */
  node(index: number): RunningApp | undefined;
  /** A node goes without a word, and another comes in its place. */
  kill(index: number): Promise<void>;
  /** The cable between a node and the store; memory has none. */
  cut(index: number): void;
  mend(index: number): void;
  restartStore(withData: boolean): Promise<void>;
  close(): Promise<void>;
}

abstract class Applications implements System {
  protected readonly apps: (RunningApp | undefined)[] = [];
  /** Nodes that are gone for everybody else, until the end. */
  private readonly dead: Promise<void>[] = [];

  protected abstract engine(index: number): Promise<Engine>;

  async start(): Promise<this> {
    await Promise.all(Array.from({ length: NODES }, (_, index) => this.begin(index)));
    return this;
  }

  node(index: number): RunningApp | undefined {
    return this.apps[index];
  }

  async kill(index: number): Promise<void> {
    const app = this.apps[index];
    this.apps[index] = undefined;
    if (app !== undefined) this.dead.push(this.isolate(index, app));
    await this.begin(index);
  }

  cut(_index: number): void {}

  mend(_index: number): void {}

  async restartStore(_withData: boolean): Promise<void> {}

  async close(): Promise<void> {
    await Promise.all([...this.apps.map((app) => app?.close()), ...this.dead]);
  }

  /** Takes it out of the system; resolves when nothing of it is left. */
  protected isolate(_index: number, app: RunningApp): Promise<void> {
    return app.close();
  }

  private async begin(index: number): Promise<void> {
    const engine = await this.engine(index);
    this.apps[index] = await startApp({ push: { engine, history: HISTORY, closeTimeout: 100 } });
  }
}

class InMemory extends Applications {
  private readonly cluster = new MemoryCluster();

  protected engine(): Promise<Engine> {
    return Promise.resolve(new MemoryEngine(this.cluster));
  }
}

class InRedis extends Applications {
  private readonly proxies: CuttableProxy[] = [];

  constructor(private readonly redis: RedisServer) {
    super();
  }

  static async open(): Promise<System> {
    const redis = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always');
    return new InRedis(redis).start();
  }

  override cut(index: number): void {
    this.proxies[index].cut();
  }

  override mend(index: number): void {
    this.proxies[index].mend();
  }

  override async restartStore(withData: boolean): Promise<void> {
    if (!withData) await this.redis.cli('FLUSHALL').catch(() => undefined);
    await this.redis.stop();
    await this.redis.restart();
  }

  override async close(): Promise<void> {
    for (const proxy of this.proxies) proxy.mend();
    await super.close();
    for (const proxy of this.proxies) proxy.close();
    await this.redis.close();
  }

  protected override async engine(index: number): Promise<Engine> {
    const proxy = await CuttableProxy.to(this.redis.port);
    this.proxies[index] = proxy;
    const patience = { commandTimeout: 500, startTimeout: 60_000 };
    return new RedisEngine({ url: proxy.url, leaseTime: 1_500, ...patience });
  }

  /** Its connections to Redis end at once, as those of a process that was killed. */
  protected override isolate(index: number, app: RunningApp): Promise<void> {
    this.proxies[index].close();
    return app.close();
  }
}

export const inMemory = (): Promise<System> => new InMemory().start();
export const inRedis = (): Promise<System> => InRedis.open();
