/**
 * What the load says to each kind of server. `open(uid)` is what to send after the upgrade, if
 * the client speaks first; `answer(text, uid)` is what to send back to a frame that comes before
 * the connection is ready, `READY` when this frame makes it so, undefined when it is a refusal.
 * A later frame is a message when it has `mark.byte` at `mark.offset`.
 *
 * @typedef {object} Dialect
 * @property {string} path
 * @property {(uid: string) => string | undefined} open
 * @property {(text: string, uid: string) => string | undefined} answer
 * @property {(to: string, payload: string) => string} send
 * @property {(payload: string) => string} broadcast
 * @property {{ offset: number, byte: number }} mark
 * @property {{ ping: number, pong: string }} [heartbeat] its own, above WebSocket's
 */

import { MARK } from '../wire/payload.js';

export const READY = 'ready';

const M = 'm'.charCodeAt(0);

/** @type {Dialect} */
const json = {
  path: '/',
  open: (uid) => JSON.stringify({ event: 'auth', data: { uid } }),
  answer: (text) => (text.startsWith('{"event":"auth"') ? READY : undefined),
  send: (to, payload) => `{"event":"send","data":{"to":"${to}","data":"${payload}"}}`,
  broadcast: (payload) => `{"event":"broadcast","data":{"data":"${payload}"}}`,
  mark: { offset: '{"event":"'.length, byte: M },
};

/** @type {Dialect} */
const text = {
  path: '/',
  open: (uid) => uid,
  answer: (reply) => (reply.startsWith('error:') ? undefined : READY),
  send: (to, payload) => `${to}:${payload}`,
  broadcast: (payload) => `all:${payload}`,
  mark: { offset: 0, byte: MARK.charCodeAt(0) },
};

/** Engine.IO 4 and Socket.IO 5 packets, straight on the WebSocket. @type {Dialect} */
const socketio = {
  path: '/socket.io/?EIO=4&transport=websocket',
  open: () => undefined,
  answer(packet, uid) {
    if (packet.startsWith('0')) return '40';
    if (packet.startsWith('40')) return `42["auth",{"uid":"${uid}"}]`;
    return packet.startsWith('42["auth"') ? READY : undefined;
  },
  send: (to, payload) => `42["send",{"to":"${to}","data":"${payload}"}]`,
  broadcast: (payload) => `42["broadcast",{"data":"${payload}"}]`,
  mark: { offset: '42["'.length, byte: M },
  heartbeat: { ping: '2'.charCodeAt(0), pong: '3' },
};

/** @type {Record<string, Dialect>} */
export const dialects = { json, text, socketio };
