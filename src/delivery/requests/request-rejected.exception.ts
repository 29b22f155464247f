import { ErrorCode } from '../../protocol/codes.js';
import { PushException } from '../../protocol/push.exception.js';

/** One device's reason to give no answer. It is what a client says: check it. */
export interface RequestRefusal {
  connectionId: string;
  /** The name that the client or the authenticator gave to the device. */
  device?: string;
  /** A name of the application's own, such as those of groups. */
  code: string;
  message: string;
}

/** `REJECTED`: every device that was asked, and has not gone, refused. */
export class RequestRejectedException extends PushException {
  /** @param refusals in the order in which they came; at least one */
  constructor(readonly refusals: readonly RequestRefusal[]) {
    super(ErrorCode.REJECTED, 'Every device of this uid refused the request.');
  }
}
