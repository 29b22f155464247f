import type { KeptMessage } from '../../delivery/archive.js';
import type { ConnectionInfo } from '../../engine/connection-info.js';
import type { Explanation } from '../../history/history.js';
import type { UidReport } from '../frames.js';
import { confirmed } from './confirm.js';
import { byId, element, table } from './dom.js';
import { when } from './format.js';
import { badge, type Mood } from './nodes.js';
import type { Operator } from './session.js';

const DEVICES = [
  { title: 'Device' },
  { title: 'Connection' },
  { title: 'Codec' },
  { title: 'Address' },
  { title: 'Since', isNumber: true },
  { title: 'Action', isHidden: true },
];

const MESSAGES = [
  { title: 'Offset', isNumber: true },
  { title: 'Sent', isNumber: true },
  { title: 'From' },
  { title: 'Data' },
  { title: 'State' },
  { title: 'Action', isHidden: true },
];

const MOODS: Readonly<Record<KeptMessage['state'], Mood>> = {
  stored: 'plain',
  written: 'plain',
  acked: 'good',
  settled: 'good',
  expired: 'fair',
  undelivered: 'bad',
};

/** Everything about one uid, and what can be done for it. */
export class UserPanel {
  private readonly panel = byId('user');
  private readonly status = element('p', { class: 'status', role: 'status' });
  private uid = '';

  constructor(private readonly operator: Operator) {}

  /** Looks a uid up, and shows what is found. */
  async open(uid: string): Promise<void> {
    this.uid = uid;
    this.status.textContent = '';
    await this.attempt(async () => {
      this.draw(await this.operator.emit('uid', { uid }));
      this.panel.hidden = false;
      byId('user-title').focus();
    });
  }

  close(): void {
    this.panel.hidden = true;
    byId('search-uid').focus();
  }

  private draw({ uid, connections, kept }: UidReport): void {
    const isOnline = connections.length > 0;
    this.panel.replaceChildren(
      element(
        'div',
        { class: 'heading' },
        element('h2', { id: 'user-title', tabindex: -1 }, uid),
        badge(isOnline ? 'online' : 'offline', isOnline ? 'good' : 'plain'),
        element('span', { class: 'space' }),
        element('button', { type: 'button', click: () => void this.refresh() }, 'Refresh'),
        element(
          'button',
          {
            type: 'button',
            class: 'danger',
            disabled: !isOnline,
            click: () => void this.disconnect(uid, connections.length),
          },
          'Disconnect',
        ),
        element('button', { type: 'button', click: () => this.close() }, 'Close'),
      ),
      this.status,
      element('h3', {}, 'Devices'),
      isOnline ? scroll('Devices', this.devices(connections)) : nothing('Nobody of it is online.'),
      element('h3', {}, 'Send'),
      this.sendForm(),
      element('h3', {}, 'Latest messages'),
      this.history(kept?.messages),
    );
  }

  private devices(connections: readonly ConnectionInfo[]): HTMLElement {
    const rows = connections.map(({ connectionId, device, codec, address, since }) => [
      device ?? element('span', { class: 'note' }, 'no name'),
      element('code', {}, connectionId),
      codec,
      address,
      when(Date.parse(since)),
      element(
        'button',
        {
          type: 'button',
          'aria-label': `Disconnect ${device ?? connectionId}`,
          click: () => void this.disconnect(connectionId, 1),
        },
        'Disconnect',
      ),
    ]);
    return table(`Devices of ${this.uid}`, DEVICES, rows);
  }

  private sendForm(): HTMLElement {
    const data = element('textarea', {
      id: 'send-data',
      rows: 2,
      required: true,
      spellcheck: false,
    });
    const retain = element('input', { id: 'send-retain', type: 'checkbox' });
    return element(
      'form',
      {
        class: 'send',
        submit: (event) => {
          event.preventDefault();
          void this.send(data.value, retain.checked);
        },
      },
      element('label', { for: 'send-data' }, 'Data: JSON, or plain text'),
      data,
      element(
        'div',
        { class: 'actions' },
        element('button', { type: 'submit', class: 'primary' }, 'Send'),
        element('label', { for: 'send-retain', class: 'check' }, retain, ' Retain it'),
      ),
    );
  }

  private history(messages: readonly KeptMessage[] | undefined): HTMLElement {
    if (messages === undefined) return nothing('This server keeps no messages.');
    if (messages.length === 0) return nothing('Nothing is kept.');
    const rows = [...messages].reverse().map(({ id, offset, at, from, data, state }) => [
      String(offset),
      when(at),
      from ?? element('span', { class: 'note' }, 'server'),
      element('code', { class: 'data' }, JSON.stringify(data)),
      badge(state, MOODS[state]),
      element(
        'button',
        {
          type: 'button',
          'aria-label': `Explain message ${offset}`,
          click: (event) => void this.explain(id, data, event.currentTarget as HTMLElement),
        },
        'Explain',
      ),
    ]);
    return scroll('Latest messages', table(`Latest messages of ${this.uid}`, MESSAGES, rows));
  }

  private async refresh(): Promise<void> {
    await this.attempt(async () => {
      this.draw(await this.operator.emit('uid', { uid: this.uid }));
      byId('user-title').focus();
    });
  }

  private async send(text: string, retain: boolean): Promise<void> {
    await this.attempt(async () => {
      const { uid } = this;
      const { nodes } = await this.operator.emit('push', { uid, data: parsed(text), retain });
      const reach =
        nodes === 0 ? 'nobody is online' : `${nodes} ${nodes === 1 ? 'node has' : 'nodes have'} it`;
      this.draw(await this.operator.emit('uid', { uid }));
      this.status.textContent = `Sent: ${reach}.`;
      byId('send-data').focus();
    });
  }

  private async disconnect(target: string, count: number): Promise<void> {
    const what = count === 1 ? 'One connection is' : `${count} connections are`;
    const sentence = `${what} closed with 4403: clients do not come back by themselves.`;
    if (!(await confirmed(`Disconnect ${target}?`, sentence))) return;
    await this.attempt(async () => {
      await this.operator.emit('disconnect', { target });
      this.draw(await this.operator.emit('uid', { uid: this.uid }));
      this.status.textContent = `Disconnected ${target}.`;
      byId('user-title').focus();
    });
  }

  private async explain(id: string, data: unknown, button: HTMLElement): Promise<void> {
    await this.attempt(async () => {
      const found = await this.operator.emit('explain', { id, uid: this.uid });
      const row = button.closest('tr')!;
      const shown = row.nextElementSibling;
      if (shown?.classList.contains('explanation')) shown.remove();
      const cell = element('td', { colspan: MESSAGES.length }, explanation(id, data, found));
      row.after(element('tr', { class: 'explanation' }, cell));
    });
  }

  /** Says what went wrong where the operator looks. */
  private async attempt(task: () => Promise<void>): Promise<void> {
    const alert = byId('alert');
    alert.hidden = true;
    try {
      await task();
    } catch (error) {
      alert.textContent = error instanceof Error ? error.message : String(error);
      alert.hidden = false;
    }
  }
}

function explanation(id: string, data: unknown, found: Explanation | null): HTMLElement {
  if (found === null) return element('p', {}, 'It is not kept any more.');
  const lines = found.devices.map(({ connectionId, device, writtenAt, ackedAt }) => {
    const written = writtenAt === undefined ? 'not written' : `written ${when(writtenAt)}`;
    const acked = ackedAt === undefined ? 'not acknowledged' : `acknowledged ${when(ackedAt)}`;
    const name = device ?? connectionId;
    return element('li', {}, element('strong', {}, name), ` ${written}, ${acked}`);
  });
  return element(
    'div',
    {},
    element('p', {}, 'Message ', element('code', {}, id), ` is ${found.state}.`),
    lines.length === 0 ? element('p', {}, 'No device has got it.') : element('ul', {}, ...lines),
    element('pre', {}, JSON.stringify(data, null, 2)),
  );
}

function scroll(name: string, content: HTMLElement): HTMLElement {
  return element(
    'div',
    { class: 'scroll', role: 'group', 'aria-label': name, tabindex: 0 },
    content,
  );
}

function nothing(sentence: string): HTMLElement {
  return element('p', { class: 'none' }, sentence);
}

/** What is no JSON is text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
