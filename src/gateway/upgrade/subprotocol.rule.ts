import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Codecs } from '../../protocol/codecs.js';
import type { UpgradeRefusal, UpgradeRule } from './upgrade-rule.js';

/** A client that offers subprotocols must offer one that is spoken here. */
@Injectable()
export class SubprotocolRule implements UpgradeRule {
  private readonly refusal: UpgradeRefusal;

  constructor(private readonly codecs: Codecs) {
    const spoken = codecs.subprotocols.join(', ');
    this.refusal = {
      status: 400,
      sentence: `Offer one of these subprotocols, or none: ${spoken}.`,
    };
  }

  refuse({ headers }: IncomingMessage): UpgradeRefusal | undefined {
    const offer = headers['sec-websocket-protocol'];
    if (offer === undefined) return undefined;
    const names = offer.split(',').map((name) => name.trim());
    const isSpoken = names.some((name) => this.codecs.bySubprotocol(name) !== undefined);
    return isSpoken ? undefined : this.refusal;
  }
}
