import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { BodyRoutes } from './body-routes.js';
import { toBodyError } from './body-errors.js';
import { leaveUnread } from './leave-unread.js';
import { readBody } from './read-body.js';

interface FastifyRequest {
  headers: IncomingHttpHeaders;
  raw: IncomingMessage;
}

interface FastifyReply {
  raw: ServerResponse;
}

type OnRequest = (
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error?: Error) => void,
) => void;

type PreParsing = (
  request: FastifyRequest,
  reply: FastifyReply,
  payload: Readable,
) => Promise<Readable>;

/** What is used here of Fastify's route options; its own types are not a dependency. */
interface FastifyRoute {
  method: string | readonly string[];
  url: string;
  bodyLimit?: number;
  onRequest?: OnRequest | OnRequest[];
  preParsing?: PreParsing | PreParsing[];
  errorHandler?: (error: unknown) => void;
}

export interface FastifyInstance {
  addHook(name: 'onRoute', hook: (route: FastifyRoute) => void): unknown;
}

interface FastifyBodyOptions {
  routes: BodyRoutes;
  bodyLimit: number;
  /** Bytes of a refused body that are read for the sake of the connection. */
  discardLimit: number;
  /** @throws Error to refuse a caller before its body is read */
  check: (headers: IncomingHttpHeaders, reply: unknown) => void;
}

/** Reads the bodies of the API with a limit of their own, before Fastify's parser does. */
export function useFastifyBody(fastify: FastifyInstance, options: FastifyBodyOptions): void {
  const { routes, bodyLimit } = options;
  fastify.addHook('onRoute', (route) => {
    if (!routes.match(route.method, route.url)) return;
    route.bodyLimit = bodyLimit;
    route.onRequest = [route.onRequest ?? [], checkCaller(options)].flat();
    route.preParsing = [route.preParsing ?? [], readFirst(options)].flat();
    // What is thrown here goes on to the error handler of the application.
    route.errorHandler = (error) => {
      throw toBodyError(error, bodyLimit);
    };
  });
}

function checkCaller({ check, discardLimit }: FastifyBodyOptions): OnRequest {
  return (request, reply, done) => {
    try {
      check(request.headers, reply);
    } catch (error) {
      leaveUnread(request.raw, reply.raw, discardLimit);
      return done(error as Error);
    }
    done();
  };
}

/** Fastify's parser gets what was read as a stream again. */
function readFirst({ bodyLimit, discardLimit }: FastifyBodyOptions): PreParsing {
  return async ({ headers, raw }, reply, payload) => {
    try {
      const bytes = await readBody(payload, headers, bodyLimit);
      const receivedEncodedLength = Number(headers['content-length'] ?? bytes.length);
      return Object.assign(Readable.from([bytes]), { receivedEncodedLength });
    } catch (error) {
      leaveUnread(raw, reply.raw, discardLimit);
      throw error;
    }
  };
}
