import { CloseCode } from '../../protocol/codes.js';
import type { Snapshot } from '../frames.js';
import { byId, element } from './dom.js';
import { milliseconds, rate, whole } from './format.js';
import { Plot } from './plot.js';
import { sumOf, type Activity } from './rates.js';

const CODE_NAMES = new Map(
  Object.entries(CloseCode).map(([name, code]) => [
    String(code),
    `${code} ${name.toLowerCase().replaceAll('_', ' ')}`,
  ]),
);

/** Words of the server for what a person reads. */
const words = (label: string): string => label.toLowerCase().replaceAll('_', ' ');

/** The figures of the whole cluster: now, and over the last five minutes. */
export class Overview {
  private readonly outputs = new Map<string, HTMLElement>();
  private readonly plots = {
    online: new Plot({ title: 'Online', format: whole, labels: ['users', 'connections'] }),
    messages: new Plot({
      title: 'Messages a second',
      format: rate,
      labels: ['messages', 'deliveries'],
    }),
    drops: new Plot({
      title: 'Drops a second, by reason',
      format: rate,
      labels: ['offline', 'unavailable', 'slow', 'closed'],
    }),
    closes: new Plot({
      title: 'Closes a second, by code',
      format: rate,
      nameOf: (code) => CODE_NAMES.get(code) ?? code,
    }),
    logins: new Plot({
      title: 'Logins a second, by result',
      format: rate,
      labels: ['accepted'],
      nameOf: words,
    }),
    lateness: new Plot({
      title: 'Event loop late, the worst node',
      format: milliseconds,
      labels: ['99 % below', 'longest'],
    }),
  };

  constructor() {
    byId('plots').append(...Object.values(this.plots).map((plot) => plot.element));
    // Colours of lines are read when they are drawn.
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      for (const plot of Object.values(this.plots)) plot.draw();
    });
  }

  show({ at, counts, nodes }: Snapshot, activity: Activity): void {
    const { messages, deliveries, drops, closes, logins } = activity;
    const { accepted = 0, ...refused } = logins;
    const longest = Math.max(0, ...nodes.map(({ lateness }) => lateness.max));
    const p99 = Math.max(0, ...nodes.map(({ lateness }) => lateness.p99));
    this.tile('Users', counts === null ? '–' : whole(counts.uids));
    this.tile('Connections', counts === null ? '–' : whole(counts.connections));
    this.tile('Messages / s', rate(messages));
    this.tile('Deliveries / s', rate(deliveries));
    this.tile('Drops / s', rate(sumOf(drops)));
    this.tile('Logins / s', rate(accepted));
    this.tile('Refused / s', rate(sumOf(refused)));
    this.tile('Loop late', milliseconds(longest));
    if (counts !== null) {
      this.plots.online.add(at, { users: counts.uids, connections: counts.connections });
    }
    this.plots.messages.add(at, { messages, deliveries });
    this.plots.drops.add(at, drops);
    this.plots.closes.add(at, closes);
    this.plots.logins.add(at, logins);
    this.plots.lateness.add(at, { '99 % below': p99, longest });
  }

  private tile(name: string, value: string): void {
    let output = this.outputs.get(name);
    if (output === undefined) {
      output = element('dd');
      this.outputs.set(name, output);
      byId('now').append(element('div', {}, element('dt', {}, name), output));
    }
    output.textContent = value;
  }
}
