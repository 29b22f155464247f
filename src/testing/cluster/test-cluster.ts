import { setImmediate as turn } from 'node:timers/promises';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Engine } from '../../engine/engine.js';
import { TrustUidAuthenticator } from '../../gateway/identity/authenticators/trust-uid.authenticator.js';
import { PushModule } from '../../push.module.js';
import type { Parcel, ParcelFilter } from './parcel.js';
import { SimulatedNetwork } from './simulated-network.js';
import type { SimulatedEngine } from './simulated.engine.js';
import type {
  ComposedClusterOptions,
  OwnClusterOptions,
  TestClusterOptions,
} from './test-cluster.options.js';
import { TestNode } from './test-node.js';

/**
 * Starts applications that are the nodes of one system in this process, on a simulated network
 * and a simulated store. They are whole applications; only what carries between them is not real.
 *
 * @throws Error when an application that `app` makes has another engine
 */
export async function createTestCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const { nodes = 2 } = options;
  const app = 'app' in options ? options.app : appFrom(options);
  const cluster = new TestCluster();
  try {
    for (let index = 0; index < nodes; index++) await cluster.start(app);
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return cluster;
}

/** Nodes of one system, what may befall them, and the time that passes only when it is told to. */
export class TestCluster {
  private readonly network = new SimulatedNetwork();
  private readonly engines: SimulatedEngine[] = [];
  private readonly all: TestNode[] = [];
  private readonly dead = new Set<number>();

  /** @internal */
  async start(makeApp: OwnClusterOptions['app']): Promise<void> {
    const engine = this.network.newEngine();
    const app = await makeApp(engine, this.all.length);
    this.all.push(new TestNode(this.all.length, app));
    this.engines.push(engine);
    await app.init();
    if (!engine.isStarted) {
      throw new Error(
        'The application has another engine than app() was given: hand that one to PushModule.',
      );
    }
  }

  /** A node by its number, from 0. */
  node(index: number): TestNode {
    const node = this.all[index];
    if (node === undefined) throw new Error(`The cluster has ${this.all.length} nodes.`);
    return node;
  }

  /** All nodes, those too that were killed. */
  get nodes(): readonly TestNode[] {
    return this.all;
  }

  /** What is held up by `delay`, in the order in which it was sent. */
  get underWay(): readonly Parcel[] {
    return this.network.waiting;
  }

  /**
   * Holds up what goes from one node to another: all of it, or what the filter says. It arrives
   * with `settle()`, in order; until `heal()` what is sent later is held up again.
   */
  delay(concerns: ParcelFilter = () => true): void {
    this.network.delay(concerns);
  }

  /**
   * Loses what goes from one node to another, until `heal()`: all of it, or what the filter says.
   * Senders do not notice.
   *
   * @returns what was lost, a list that grows
   */
  drop(concerns: ParcelFilter = () => true): readonly Parcel[] {
    return this.network.drop(concerns);
  }

  /**
   * Splits the cluster. The store stays with the side of most nodes, of two as large with the one
   * of the lowest number. The nodes of the other sides keep their clients, and whatever they ask
   * of the cluster throws `UNAVAILABLE`. Nobody is offline before `expire()`.
   *
   * @param sides numbers of nodes; those that are in none are one more side
   */
  partition(...sides: readonly (readonly number[])[]): void {
    const alive = this.all.map(({ index }) => index).filter((index) => !this.dead.has(index));
    const rest = alive.filter((index) => !sides.some((side) => side.includes(index)));
    const living = sides.map((side) => side.filter((index) => alive.includes(index)));
    const [, ...others] = [...living, rest].sort(
      (one, other) => other.length - one.length || Math.min(...one) - Math.min(...other),
    );
    this.network.cutOff(others.flat());
  }

  /**
   * Kills a node: its clients see 1006, and nothing of it reaches the others. Its hooks of Nest
   * run, since the process lives on. Its users are offline with `expire()`.
   */
  async kill(index: number): Promise<void> {
    const node = this.node(index);
    this.dead.add(index);
    this.network.cutOff([index]);
    await node.die();
  }

  /**
   * The cluster gives up the nodes that were killed or are cut off, as it does when their time is
   * up: users who are nowhere else are offline, which one of the others tells.
   */
  expire(): void {
    this.network.expire();
  }

  /**
   * Ends all faults but deaths: what was held up arrives, and nodes that were cut off are back,
   * with the clients that they still have.
   */
  heal(): void {
    this.network.heal(this.all.map(({ index }) => index).filter((index) => !this.dead.has(index)));
  }

  /**
   * Lets everything arrive that is under way between nodes, and what this causes, and all of that
   * at the clients that `node.client()` has made. What an application does later, by a timer, or
   * after it has waited for something else, is not under way.
   */
  async settle(): Promise<void> {
    do {
      this.network.flush();
      await turn();
      await Promise.all(this.all.flatMap(({ clients }) => clients.map((one) => one.caughtUp())));
    } while (this.network.waiting.length > 0);
  }

  /** Ends the clients and the applications. */
  async close(): Promise<void> {
    await Promise.all(this.all.flatMap(({ clients }) => clients.map((one) => one.terminate())));
    await Promise.all(this.all.map((node) => node.close()));
  }

  /** `await using cluster = …` closes it at the end of its block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function appFrom({ push, imports = [], controllers = [], providers = [] }: ComposedClusterOptions) {
  const authenticator = push?.authenticator ?? new TrustUidAuthenticator();
  return (engine: Engine): Promise<INestApplication> => {
    @Module({
      imports: [PushModule.forRoot({ ...push, authenticator, engine }), ...imports],
      controllers,
      providers,
    })
    class NodeModule {}
    return NestFactory.create(NodeModule, { logger: ['error'], abortOnError: false });
  };
}
