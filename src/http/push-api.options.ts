import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';

/** Options of the HTTP push API. */
export interface PushApiModuleOptions {
  /**
   * Keys that callers send as `Authorization: Bearer <key>`, without spaces. Several are there for
   * rotation: add the new one, move the callers, take the old one away. With none the API is
   * closed: every request answers 401.
   */
  apiKeys: string[];

  /**
   * Where the API is, behind the application's global prefix.
   *
   * @default 'push'
   */
  path?: string;

  /**
   * Largest body of `POST messages`, counted after decompression. The limits of the application's
   * other routes stay as they are. On an HTTP adapter that is neither Express nor Fastify the
   * adapter's own limit holds.
   *
   * @default 1_048_576 bytes
   */
  bodyLimit?: number;

  /**
   * How long the answer to an `Idempotency-Key` is remembered. It is remembered by this process:
   * with several nodes, send repeats to the same one.
   *
   * @default 600_000 ms
   */
  idempotencyWindow?: number;

  /**
   * How many `Idempotency-Key`s are remembered; beyond it the oldest are forgotten.
   *
   * @default 10_000 keys
   */
  idempotencyMaxKeys?: number;
}

export interface PushApiModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** As in the options: routes are declared before the factory runs, so it stands here. */
  path?: PushApiModuleOptions['path'];
  useFactory: FactoryProvider<
    Omit<PushApiModuleOptions, 'path'> | Promise<Omit<PushApiModuleOptions, 'path'>>
  >['useFactory'];
  inject?: FactoryProvider['inject'];
}
