/** V8 flags of each process. */

/** Lets memory be measured after a full collection. */
const COLLECTABLE = ['--expose-gc'];

/**
 * What `npm start` sets for this module's server: the one place to change when the
 * recommendation does. Peers run as they come.
 */
const RECOMMENDED = ['--max-semi-space-size=32'];

/** @param {string} server name of the file in `servers/` */
export const serverFlags = (server) =>
  server === 'module' ? [...COLLECTABLE, ...RECOMMENDED] : COLLECTABLE;

/**
 * The load's garbage must not show in latencies: few, large collections of the young generation,
 * from which `load/main.js` takes what stays. `--no-deprecation`: see `load/raw-write.js`.
 */
export const loadFlags = [...COLLECTABLE, '--no-deprecation', '--max-semi-space-size=64'];
