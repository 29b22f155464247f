import { afterEach, describe } from 'vitest';
import type { HistoryOptions } from '../../src/history/history.options.js';
import type { HistoryCluster, HistoryNode } from '../support/history-node.js';
import { describeAcknowledging } from './history/acknowledging.contract.js';
import { describeAppending } from './history/appending.contract.js';
import { describeLimits } from './history/limits.contract.js';
import { describeReading } from './history/reading.contract.js';
import { describeTracing } from './history/tracing.contract.js';
import { describeUndelivered } from './history/undelivered.contract.js';

/** Starts so many nodes that share a history with these options. */
export type StartNodes = (count: number, options?: HistoryOptions) => Promise<HistoryNode[]>;

/**
 * What every history promises in `history.ts`. Each test gets nodes of its own.
 *
 * @param parts into how many `maxTotalBytes` is cut
 */
export function describeHistory(
  name: string,
  makeCluster: (options: HistoryOptions) => HistoryCluster,
  parts = 1,
): void {
  describe(`${name} keeps the history contract:`, () => {
    const clusters: HistoryCluster[] = [];
    afterEach(async () => {
      for (const cluster of clusters.splice(0)) await cluster.stop();
    });

    const start: StartNodes = (count, options = {}) => {
      const cluster = makeCluster(options);
      clusters.push(cluster);
      return Promise.all(Array.from({ length: count }, () => cluster.addNode()));
    };

    describeAppending(start);
    describeReading(start);
    describeAcknowledging(start);
    describeLimits(start, parts);
    describeUndelivered(start);
    describeTracing(start);
  });
}
