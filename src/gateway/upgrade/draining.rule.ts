import { Injectable } from '@nestjs/common';
import type { UpgradeRefusal, UpgradeRule } from './upgrade-rule.js';

const REFUSAL: UpgradeRefusal = {
  status: 503,
  sentence: 'The server is shutting down; connect to another one.',
};

/** Takes no upgrade any more once the process is about to end. */
@Injectable()
export class DrainingRule implements UpgradeRule {
  private draining = false;

  begin(): void {
    this.draining = true;
  }

  refuse(): UpgradeRefusal | undefined {
    return this.draining ? REFUSAL : undefined;
  }
}
