import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import type { Engine } from '../../engine/engine.js';
import type { PushModuleOptions } from '../../push.options.js';

/** Of every test cluster. */
export interface NodeCount {
  /**
   * How many nodes there are.
   *
   * @default 2
   */
  nodes?: number | undefined;
}

/** Applications that the cluster makes: PushModule, and what stands beside it. */
export interface ComposedClusterOptions
  extends NodeCount, Pick<ModuleMetadata, 'imports' | 'controllers' | 'providers'> {
  /**
   * Options of PushModule on every node.
   *
   * @default authenticator: new TrustUidAuthenticator()
   */
  push?: Omit<PushModuleOptions, 'engine'> | undefined;
}

/** Applications that the test makes. */
export interface OwnClusterOptions extends NodeCount {
  /**
   * Makes the application of a node, which has this engine: given to `forRoot`, or in a module
   * that is imported as it is, by `overrideProvider(ENGINE).useValue(engine)`.
   *
   * @param index the node's number, from 0
   */
  app: (engine: Engine, index: number) => INestApplication | Promise<INestApplication>;
}

/** What a simulated cluster is made of. */
export type TestClusterOptions = ComposedClusterOptions | OwnClusterOptions;
