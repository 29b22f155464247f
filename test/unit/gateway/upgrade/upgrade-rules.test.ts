import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { DrainingRule } from '../../../../src/gateway/upgrade/draining.rule.js';
import { SubprotocolRule } from '../../../../src/gateway/upgrade/subprotocol.rule.js';
import { Codecs } from '../../../../src/protocol/codecs.js';

function requestThatOffers(offer?: string): IncomingMessage {
  return { headers: { 'sec-websocket-protocol': offer } } as unknown as IncomingMessage;
}

describe('an upgrade', () => {
  it('is taken until the server drains, and is answered with 503 from then on', () => {
    const rule = new DrainingRule();
    expect(rule.refuse()).toBeUndefined();
    rule.begin();
    expect(rule.refuse()).toMatchObject({ status: 503 });
  });

  const rule = new SubprotocolRule(new Codecs());

  it.each([undefined, 'push.v1.json', 'push.v1.text', 'chat, push.v1.text', 'chat,push.v1.json'])(
    'that offers %j is taken',
    (offer) => {
      expect(rule.refuse(requestThatOffers(offer))).toBeUndefined();
    },
  );

  it.each(['', 'chat', 'push.v2.json', 'PUSH.V1.JSON', 'push.v1.json.x'])(
    'that offers only %j is answered with 400 and the names that are spoken',
    (offer) => {
      expect(rule.refuse(requestThatOffers(offer))).toEqual({
        status: 400,
        sentence: 'Offer one of these subprotocols, or none: push.v1.json, push.v1.text.',
      });
    },
  );
});
