import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { bodyErrors } from './body-errors.js';
import type { BodyRoutes } from './body-routes.js';
import { leaveUnread } from './leave-unread.js';
import { readBody } from './read-body.js';
import { UnreadableBody } from './unreadable-body.js';

type ExpressRequest = IncomingMessage & { method: string; path: string; body?: unknown };

interface ExpressBodyOptions {
  routes: BodyRoutes;
  bodyLimit: number;
  /** Bytes of a refused body that are read for the sake of the connection. */
  discardLimit: number;
  /** Whether the caller may have its body read at all. */
  trusts: (headers: IncomingHttpHeaders) => boolean;
}

/**
 * Express middleware that reads the bodies of the API with a limit of their own. It stands before
 * Nest's parser, which leaves a body alone that has been read. A body that can't be read is
 * refused later, when the application's own middleware and the key guard had their turn.
 */
export function expressBody({ routes, bodyLimit, discardLimit, trusts }: ExpressBodyOptions) {
  return function pushApiBody(
    request: ExpressRequest,
    response: ServerResponse,
    next: () => void,
  ): void {
    if (!routes.match(request.method, request.path) || request.readableEnded) return next();
    const refuse = (reason?: unknown): void => {
      request.body = new UnreadableBody(reason);
      leaveUnread(request, response, discardLimit);
      hideBody(request);
      next();
    };
    // The guard will refuse who is not trusted, and say why.
    if (!trusts(request.headers)) return refuse();
    readBody(request, request.headers, bodyLimit)
      .then((bytes) => (request.body = parse(bytes)))
      .then(() => next(), refuse);
  };
}

/** @throws HttpException 400 */
function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw bodyErrors.notJson();
  }
}

/** Later parsers take the request for one without a body. */
function hideBody({ headers }: IncomingMessage): void {
  delete headers['content-length'];
  delete headers['transfer-encoding'];
}
