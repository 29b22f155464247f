import { singleUid } from '../lib/wire/uids.js';
import { Fleet } from '../lib/load/fleet.js';
import { now } from '../lib/processes/clock.js';

/**
 * The fleets of several nodes as one: what `closedLoop` and `fixedRate` need of a fleet. Each of
 * its connections has a uid of its own.
 */
export class Fleets {
  /** Messages that have come, unless traffic runs that counts its own. */
  received = 0;
  lastAt = 0;

  /**
   * @param {{ port: number, dialect: string, network: number, firstUid: number }[]} targets
   */
  constructor(targets) {
    this.fleets = targets.map(({ firstUid, ...target }) => {
      const fleet = new Fleet(target);
      fleet.uidOf = (index) => singleUid(firstUid + index);
      return fleet;
    });
    this.sink = {
      message: () => {
        this.received++;
        this.lastAt = now();
      },
    };
  }

  /** @param {import('../lib/load/connection.js').Sink} sink */
  set sink(sink) {
    for (const fleet of this.fleets) fleet.sink = sink;
  }

  /** @param {number} each connections per node */
  async connect(each) {
    await Promise.all(this.fleets.map((fleet) => fleet.connect(each)));
  }

  close() {
    for (const fleet of this.fleets) fleet.close();
  }

  /**
   * Fails the work as soon as any connection does.
   *
   * @template T
   * @param {Promise<T>} work
   * @returns {Promise<T>}
   */
  during(work) {
    return this.fleets.reduce((rest, fleet) => fleet.during(rest), work);
  }
}
