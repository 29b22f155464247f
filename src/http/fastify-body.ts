import type { IncomingHttpHeaders } from 'node:http';
import type { MessagesRoute } from './messages-route.js';
import { toBodyError } from './unreadable-body.js';

type OnRequest = (
  request: { headers: IncomingHttpHeaders },
  reply: unknown,
  done: (error?: Error) => void,
) => void;

/** What is used here of Fastify's route options; its own types are not a dependency. */
interface FastifyRoute {
  method: string | readonly string[];
  url: string;
  bodyLimit?: number;
  onRequest?: OnRequest | OnRequest[];
  errorHandler?: (error: unknown) => void;
}

export interface FastifyInstance {
  addHook(name: 'onRoute', hook: (route: FastifyRoute) => void): unknown;
}

interface FastifyBodyOptions {
  route: MessagesRoute;
  bodyLimit: number;
  /** @throws Error to refuse a caller before its body is read */
  check: (headers: IncomingHttpHeaders, reply: unknown) => void;
}

/** Gives the route of `POST messages` a body limit of its own when Nest registers it. */
export function useFastifyBody(fastify: FastifyInstance, options: FastifyBodyOptions): void {
  const { route, bodyLimit, check } = options;
  fastify.addHook('onRoute', (fastifyRoute) => {
    if (!route.matches(fastifyRoute.method, fastifyRoute.url)) return;
    fastifyRoute.bodyLimit = bodyLimit;
    fastifyRoute.onRequest = [fastifyRoute.onRequest ?? [], refuseWith(check)].flat();
    // What is thrown here goes on to the error handler of the application.
    fastifyRoute.errorHandler = (error) => {
      throw toBodyError(error, bodyLimit);
    };
  });
}

function refuseWith(check: FastifyBodyOptions['check']): OnRequest {
  return (request, reply, done) => {
    try {
      check(request.headers, reply);
    } catch (error) {
      return done(error as Error);
    }
    done();
  };
}
