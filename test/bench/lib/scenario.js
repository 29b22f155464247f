/**
 * What one round of a scenario found. `serverBusy` and `loadBusy` are the parts of their cores
 * that servers and load used; `lateness` is how late the load was with its own schedule.
 *
 * @typedef {{ metrics: Record<string, number>, serverBusy?: number, loadBusy?: number,
 *   lateness?: number }} Sample
 *
 * @typedef {{ connections: number, durationMs: number, rate?: number }} Circumstances
 */

/**
 * What is measured: a server or a cluster, with its load.
 *
 * @typedef {{ readonly peer: { name: string, dialect: string } }} Subject
 */

/**
 * @template {Subject} S
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} title
 * @property {Record<string, string>} metrics name to unit
 * @property {number} rounds
 * @property {number} durationMs of one round
 * @property {boolean} [quick] part of a quick run
 * @property {boolean} [jsonOnly] the text codec has nothing of its own here
 * @property {string[]} [servers] names of those that take part, if not all
 * @property {number} [beyond] it needs more connections than these
 * @property {(connections: number) => number} [warmups] rounds that are not counted
 * @property {(subject: S, circumstances: Circumstances) => Promise<Sample>} run
 */

export {};
