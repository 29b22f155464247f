import type { NodeReport } from '../../registry/reporter.js';
import type { Snapshot } from '../frames.js';
import { byId, element, table } from './dom.js';
import { duration, mebibytes, milliseconds, percent, rate, whole } from './format.js';
import type { Activity } from './rates.js';

const COLUMNS = [
  { title: 'Node' },
  { title: 'State' },
  { title: 'Users', isNumber: true },
  { title: 'Connections', isNumber: true },
  { title: 'Messages / s', isNumber: true },
  { title: 'Deliveries / s', isNumber: true },
  { title: 'Loop late', isNumber: true },
  { title: 'CPU', isNumber: true },
  { title: 'Memory', isNumber: true },
  { title: 'Up', isNumber: true },
];

/** The nodes of the cluster, those too that say nothing. */
export function showNodes(
  { nodes, silent, via }: Snapshot,
  activities: ReadonlyMap<string, Activity>,
): void {
  const reporting = [...nodes].sort((a, b) => a.node.localeCompare(b.node));
  const rows = reporting.map((report) => rowOf(report, activities.get(report.node), via));
  const mute = silent.map((name) => {
    const cells = [nameOf(name, via), badge('no report', 'bad')];
    return [...cells, ...COLUMNS.slice(cells.length).map(() => '–')];
  });
  byId('nodes').replaceChildren(table('Nodes of the cluster', COLUMNS, [...rows, ...mute]));
}

function rowOf(report: NodeReport, activity: Activity | undefined, via: string): (Node | string)[] {
  const { node, engine, connections, uids, lateness, cpu, memory, uptime } = report;
  return [
    nameOf(node, via),
    badge(
      engine.reason === undefined ? engine.status : `${engine.status}: ${engine.reason}`,
      mood(engine.status),
    ),
    whole(uids),
    whole(connections),
    rate(activity?.messages ?? 0),
    rate(activity?.deliveries ?? 0),
    milliseconds(lateness.max),
    percent(cpu),
    mebibytes(memory),
    duration(uptime),
  ];
}

function nameOf(node: string, via: string): Node {
  const note = node === via ? element('span', { class: 'note' }, ' this page') : null;
  return element('span', {}, element('code', {}, node), note);
}

export type Mood = 'good' | 'fair' | 'bad' | 'plain';

export function badge(text: string, mood: Mood): HTMLElement {
  return element('span', { class: `badge ${mood}` }, text);
}

function mood(status: NodeReport['engine']['status']): Mood {
  return status === 'up' ? 'good' : status === 'degraded' ? 'fair' : 'bad';
}
