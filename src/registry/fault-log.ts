import { Logger } from '@nestjs/common';
import { ErrorCode } from '../protocol/codes.js';
import { PushException } from '../protocol/push.exception.js';

/** Milliseconds after a fault that was told in which others are only counted. */
const PAUSE = 60_000;

/**
 * Tells the server's log why what the application supplies has failed. An authenticator whose
 * database is away fails for everyone who comes back: one fault is told at once, and how many
 * followed it within a minute.
 */
export class FaultLog {
  private readonly logger = new Logger('PushModule');
  private pause: NodeJS.Timeout | undefined;
  private untold = 0;
  private latest: unknown;

  /** @param what has failed, as a sentence without its end */
  constructor(private readonly what: string) {}

  tell(error: unknown): void {
    // Whoever is unavailable says so himself, once for all.
    if (error instanceof PushException && error.code === ErrorCode.UNAVAILABLE) return;
    if (this.pause === undefined) {
      this.logger.error(`${this.what}: ${forLog(error)}`);
      this.pause = setTimeout(() => this.summarise(), PAUSE).unref();
    } else {
      this.untold += 1;
      this.latest = error;
    }
  }

  private summarise(): void {
    this.pause = undefined;
    if (this.untold === 0) return;
    const times = this.untold === 1 ? 'once' : `${this.untold} times`;
    const cause = forLog(this.latest);
    this.untold = 0;
    this.latest = undefined;
    this.logger.error(`${this.what} ${times} more within a minute; the last: ${cause}`);
  }
}

function forLog(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : `a thrown ${typeof error}`;
}
