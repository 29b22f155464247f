import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost, type AbstractHttpAdapter } from '@nestjs/core';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKeys } from './api-keys.js';
import { BodyRoutes } from './body-routes.js';
import { expressBody } from './express-body.js';
import { useFastifyBody, type FastifyInstance } from './fastify-body.js';
import { PUSH_API_OPTIONS, type CheckedPushApiOptions } from './push-api.options.js';

/** Of a refused body as many times the limit are read, so that its sender finds the answer. */
const DISCARD_FACTOR = 4;

/** Gives the bodies of the API their own limit, on the adapters that we know how to ask. */
@Injectable()
export class BodyLimit {
  private readonly bodyLimit: number;

  constructor(
    host: HttpAdapterHost,
    private readonly guard: ApiKeyGuard,
    private readonly keys: ApiKeys,
    private readonly routes: BodyRoutes,
    @Inject(PUSH_API_OPTIONS) { bodyLimit }: CheckedPushApiOptions,
  ) {
    this.bodyLimit = bodyLimit;
    // Here and not in a lifecycle hook: those come after Nest has put its own parser in place.
    // Emits at once, or in a testing module when the application is made.
    host.init$.subscribe(() => this.applyTo(host.httpAdapter));
  }

  /** An application context without HTTP has no adapter. */
  private applyTo(adapter: AbstractHttpAdapter | null): void {
    const { routes, bodyLimit } = this;
    const limits = { routes, bodyLimit, discardLimit: DISCARD_FACTOR * bodyLimit };
    switch (adapter?.getType()) {
      case 'express': {
        const trusts = ({ authorization }: { authorization?: string }) =>
          this.keys.identify(authorization) !== undefined;
        adapter.use(expressBody({ ...limits, trusts }));
        return;
      }
      case 'fastify':
        useFastifyBody(adapter.getInstance<FastifyInstance>(), {
          ...limits,
          check: (headers, reply) => this.guard.check(headers, reply),
        });
    }
  }
}
