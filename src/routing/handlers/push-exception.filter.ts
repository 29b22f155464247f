import { Catch, type ArgumentsHost } from '@nestjs/common';
import { BaseWsExceptionFilter } from '@nestjs/websockets';
import { frameContextOf } from './decorators.js';

/**
 * Turns what a handler on our path throws into the protocol's `error` frame. The module puts it
 * behind the filters of each gateway that shares the path; on other sockets it leaves the
 * exception to Nest.
 */
@Catch()
export class PushExceptionFilter extends BaseWsExceptionFilter {
  /** Answers the frame with an error, in the codec of its client. */
  override catch(exception: unknown, host: ArgumentsHost): void {
    const context = frameContextOf(host);
    if (context === undefined) super.catch(exception, host);
    else context.fail(exception);
  }
}
