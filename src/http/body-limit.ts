import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost, type AbstractHttpAdapter } from '@nestjs/core';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKeys } from './api-keys.js';
import { expressBody } from './express-body.js';
import { useFastifyBody, type FastifyInstance } from './fastify-body.js';
import { MessagesRoute } from './messages-route.js';
import { PUSH_API_OPTIONS, type CheckedPushApiOptions } from './push-api.options.js';

/** Gives `POST messages` its own body limit, on the adapters that we know how to ask. */
@Injectable()
export class BodyLimit {
  private readonly bodyLimit: number;

  constructor(
    host: HttpAdapterHost,
    private readonly guard: ApiKeyGuard,
    private readonly keys: ApiKeys,
    private readonly route: MessagesRoute,
    @Inject(PUSH_API_OPTIONS) { bodyLimit }: CheckedPushApiOptions,
  ) {
    this.bodyLimit = bodyLimit;
    // Here and not in a lifecycle hook: those come after Nest has put its own parser in place.
    // Emits at once, or in a testing module when the application is made.
    host.init$.subscribe(() => this.applyTo(host.httpAdapter));
  }

  /** An application context without HTTP has no adapter. */
  private applyTo(adapter: AbstractHttpAdapter | null): void {
    const { route, bodyLimit } = this;
    switch (adapter?.getType()) {
      case 'express': {
        const trusts = ({ authorization }: { authorization?: string }) =>
          this.keys.identify(authorization) !== undefined;
        adapter.use(expressBody({ route, bodyLimit, trusts }));
        return;
      }
      case 'fastify':
        useFastifyBody(adapter.getInstance<FastifyInstance>(), {
          route,
          bodyLimit,
          check: (headers, reply) => this.guard.check(headers, reply),
        });
    }
  }
}
