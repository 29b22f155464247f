import type { NodeReport } from '../../registry/reporter.js';
import type { Snapshot } from '../frames.js';

/** What happened in a second, by label. */
export type Rates = Record<string, number>;

/** What happened per second on a node, or on all together. */
export interface Activity {
  readonly messages: number;
  readonly deliveries: number;
  readonly logins: Rates;
  readonly closes: Rates;
  readonly drops: Rates;
}

/** Milliseconds over which a rate is a mean: single events are no mountains. */
const SPAN = 5_000;

const NOTHING: Activity = { messages: 0, deliveries: 0, logins: {}, closes: {}, drops: {} };

/** Makes rates of figures that only grow, from reports of the same node. */
export class RateMeter {
  /** The latest of each node, the oldest first. */
  private readonly reports = new Map<string, NodeReport[]>();

  /** The activity of each node. */
  read({ nodes }: Snapshot): Map<string, Activity> {
    const now = new Map(nodes.map((report) => [report.node, this.between(report)]));
    for (const node of this.reports.keys()) if (!now.has(node)) this.reports.delete(node);
    return now;
  }

  private between(report: NodeReport): Activity {
    const known = this.reports.get(report.node) ?? [];
    // Without a newer one what was known still is.
    const all = known.at(-1)?.uptime === report.uptime ? known : [...known, report];
    const recent = all.filter(({ uptime }) => report.uptime - uptime < SPAN + SPAN / 10);
    this.reports.set(report.node, recent);
    const [first] = recent;
    const seconds = (report.uptime - first.uptime) / 1_000;
    return seconds > 0 ? difference(first, report, seconds) : NOTHING;
  }
}

/** Of all nodes. */
export function total(activities: Iterable<Activity>): Activity {
  let sum = NOTHING;
  for (const { messages, deliveries, logins, closes, drops } of activities) {
    sum = {
      messages: sum.messages + messages,
      deliveries: sum.deliveries + deliveries,
      logins: combine(sum.logins, logins, (a, b) => a + b),
      closes: combine(sum.closes, closes, (a, b) => a + b),
      drops: combine(sum.drops, drops, (a, b) => a + b),
    };
  }
  return sum;
}

/** Of all labels. */
export function sumOf(rates: Rates): number {
  return Object.values(rates).reduce((sum, value) => sum + value, 0);
}

function difference(
  { figures: before }: NodeReport,
  { figures: now }: NodeReport,
  seconds: number,
): Activity {
  const rates = (a: Readonly<Rates>, b: Readonly<Rates>): Rates =>
    combine(a, b, (earlier, later) => (later - earlier) / seconds);
  return {
    messages: sumOf(rates(before.messages, now.messages)),
    deliveries: sumOf(rates(before.deliveries, now.deliveries)),
    logins: rates(before.logins, now.logins),
    closes: rates(before.socketsClosed, now.socketsClosed),
    drops: rates(before.drops, now.drops),
  };
}

function combine(
  a: Readonly<Rates>,
  b: Readonly<Rates>,
  by: (a: number, b: number) => number,
): Rates {
  const labels = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries(
    Array.from(labels, (label) => [label, by(a[label] ?? 0, b[label] ?? 0)]),
  );
}
