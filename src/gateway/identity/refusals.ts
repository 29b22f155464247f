import { Injectable, Logger } from '@nestjs/common';
import type { Codec } from '../../protocol/codec.js';
import { LocalNode } from '../../registry/local-node.js';

/** Refusals that are logged in a second; whoever knocks at will must not fill the disk. */
const LOGGED = 20;

/** Who was refused. */
export interface Refused {
  readonly address: string;
  readonly codec: Codec;
}

/**
 * Tells `events$` and the log, at debug level, why clients were refused: they all hear the same,
 * and whoever runs the application wants to know which it was.
 */
@Injectable()
export class Refusals {
  private readonly logger = new Logger('PushModule');
  private second = 0;
  private logged = 0;

  constructor(private readonly local: LocalNode) {}

  /** @param reason never contains anything of the credential */
  tell({ address, codec: { name: codec } }: Refused, reason: string): void {
    this.local.tell({ type: 'refused', reason, address, codec });
    if (this.mayLog()) this.logger.debug(`Refused a ${codec} client at ${address}: ${reason}`);
  }

  private mayLog(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.second) {
      this.second = second;
      this.logged = 0;
    }
    return ++this.logged <= LOGGED;
  }
}
