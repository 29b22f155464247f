import { existsSync } from 'node:fs';

/**
 * The servers that are compared. The module comes twice, because its codecs cost differently;
 * each is compared with a peer that speaks the same protocol.
 *
 * @typedef {object} Peer
 * @property {string} name for `--servers` and in the results
 * @property {string} label
 * @property {string} server file in `servers/`
 * @property {string} dialect what the load speaks to it
 * @property {string[]} [args]
 */

/** @type {Peer[]} */
export const peers = [
  { name: 'module', label: 'this module, json', server: 'module', dialect: 'json' },
  { name: 'module-text', label: 'this module, text', server: 'module', dialect: 'text' },
  { name: 'ws', label: 'bare `ws`, json', server: 'ws', dialect: 'json' },
  {
    name: 'ws-text',
    label: 'bare `ws`, text',
    server: 'ws',
    dialect: 'text',
    args: ['--codec=text'],
  },
  { name: 'nest', label: 'stock Nest gateway', server: 'nest', dialect: 'json' },
  { name: 'socketio', label: 'Socket.IO', server: 'socketio', dialect: 'socketio' },
  { name: 'net', label: 'bare `net` sockets (the limit)', server: 'net', dialect: 'json' },
];

/**
 * Whom each codec of the module is compared with.
 *
 * @type {Record<string, string[]>}
 */
export const rivals = {
  module: ['ws', 'nest', 'socketio', 'net'],
  'module-text': ['ws-text'],
};

/** @param {string} name */
export const labelOf = (name) => peers.find((peer) => peer.name === name)?.label ?? name;

/** @param {string[] | undefined} names */
export function chosenPeers(names) {
  const chosen = names ? peers.filter(({ name }) => names.includes(name)) : peers;
  if (existsSync(new URL('../../../dist/index.js', import.meta.url))) return chosen;
  console.log('Without this module: dist/ is missing, `npm run build` makes it.');
  return chosen.filter(({ server }) => server !== 'module');
}
