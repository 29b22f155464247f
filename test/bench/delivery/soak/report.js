import { describeMachine } from '../../lib/report/machine.js';
import { table } from '../../lib/report/tables.js';

/** @param {import('./soak.js').Found} found @param {string} made */
export function soakReport(found, made) {
  const rows = [
    ['nodes, each a process', found.nodes],
    ['devices, two a user', found.devices],
    ['minutes', found.minutes],
    ['retained messages a second', found.rate],
    ['retained messages in all', found.count],
    ['of which the sender does not know the outcome (Redis was away)', found.unknown],
    ['nodes killed', found.kills],
    ['restarts of Redis with its data', found.restarts],
    ['reconnects that recovered what was missed', found.recoveries],
    ['reconnects that were told that something is gone', found.unrecovered],
    ['messages lost, over all devices', found.lost.length],
    ['messages that the application was handed twice', found.doubles],
    ['devices that got them out of order', found.disordered.length],
    ['milliseconds until the last device had everything', found.settled],
  ];
  return [
    '# Delivery under trouble',
    made,
    describeMachine({ redis: 'redis' }, false),
    'A worker sends retained messages; devices with the client SDK get them through a balancer. Every 20 seconds a node is killed (`SIGKILL`) and started again.',
    table(
      ['what', 'how many'],
      rows.map((row) => row.map(String)),
    ),
  ].join('\n\n');
}
