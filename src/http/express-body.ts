import bodyParser from 'body-parser';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { MessagesRoute } from './messages-route.js';
import { isJson, toBodyError, UnreadableBody } from './unreadable-body.js';

type Next = (error?: unknown) => void;
type ExpressRequest = IncomingMessage & { method: string; path: string; body?: unknown };

interface ExpressBodyOptions {
  route: MessagesRoute;
  bodyLimit: number;
  /** Whether the caller may have its body read at all. */
  trusts: (headers: IncomingHttpHeaders) => boolean;
}

/**
 * Express middleware that reads the body of `POST messages` with a limit of its own. It stands
 * before Nest's parser, which leaves a body alone that has been read. A body that can't be read
 * is refused later, when the application's own middleware and the key guard had their turn.
 */
export function expressBody({ route, bodyLimit, trusts }: ExpressBodyOptions) {
  // Not strict: what is JSON but not an object is refused with a sentence of our own.
  const parse = bodyParser.json({ limit: bodyLimit, strict: false });
  return function pushApiBody(request: ExpressRequest, response: ServerResponse, next: Next) {
    if (!route.matches(request.method, request.path)) return next();
    if (!trusts(request.headers) || !isJson(request.headers)) return discard(request, next);
    parse(request, response, (error?: unknown) => {
      if (error === undefined) return next();
      request.body = new UnreadableBody(toBodyError(error, bodyLimit));
      discard(request, next);
    });
  };
}

/** Lets what remains of the body pass unseen: after its end no later parser looks at it. */
function discard(request: ExpressRequest, next: Next): void {
  if (request.readableEnded) return next();
  request.once('end', () => next());
  request.resume();
}
