import { WebSocketGateway } from '@nestjs/websockets';

/** Stands for the path of the options, which is not known where classes are decorated. */
export const PUSH_PATH = '\u0000nestjs-uid-push';

/**
 * Class decorator: a gateway on the push socket's path, whatever that is. Its events come from
 * connections that the module has authenticated. Instead of `@WebSocketGateway()`, whose path is
 * `/` unless it is told another one.
 */
export function PushGateway(): ClassDecorator {
  return WebSocketGateway({ path: PUSH_PATH });
}
