import { ErrorCode } from '../../protocol/codes.js';
import { PushException } from '../../protocol/push.exception.js';

/** The client hears the same whatever the reason is: that one is for whoever runs the application. */
export class IdentityRefused extends PushException {
  constructor(readonly reason: string) {
    super(ErrorCode.AUTH_FAILED, 'The identity was refused.');
  }
}

/** Why a client was turned away, for the log and `events$`. */
export function reasonOf(exception: PushException): string {
  return exception instanceof IdentityRefused ? exception.reason : exception.message;
}
