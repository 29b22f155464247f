import { Logger } from '@nestjs/common';

const logger = new Logger('PushModule');

/** Guards and interceptors of which it was said that they fail. */
const reported = new Set<string>();

/** The innermost of them that a stack shows, a few calls from where it was thrown. */
const ENHANCER = /^\s+at (?:async )?(\S+)\.(canActivate|intercept) /;
const CALLS = 6;

/** Tells the server's log of a fault that a frame met. */
export function logFault(exception: unknown): void {
  if (!(exception instanceof Error)) {
    logger.error(`A handler threw a ${typeof exception} instead of an error.`);
    return;
  }
  const enhancer = enhancerIn(exception);
  if (enhancer === undefined) logger.error(exception.message, exception.stack);
  else reportOnce(enhancer, exception);
}

/** Most are written for HTTP, fail on every frame, and would let any client fill the log. */
function reportOnce(enhancer: string, { message, stack }: Error): void {
  if (reported.has(enhancer)) return;
  reported.add(enhancer);
  logger.error(
    `${enhancer} fails on frames of the push socket (${message}); this is said once. If it is ` +
      "written for HTTP, let it ask context.getType() first, which is 'ws' for a frame.",
    stack,
  );
}

function enhancerIn({ stack = '' }: Error): string | undefined {
  const calls = stack.split('\n').filter((line) => /^\s+at /.test(line));
  for (const call of calls.slice(0, CALLS)) {
    const match = ENHANCER.exec(call);
    if (match !== null) return `${match[1]}.${match[2]}`;
  }
  return undefined;
}
