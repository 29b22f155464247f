/** What a client offers in `Sec-WebSocket-Protocol` to choose its codec. */
export const Subprotocol = { JSON: 'push.v1.json', TEXT: 'push.v1.text' } as const;
