import type { PushClient } from '/push-client.min.js';
import type { ChatEvents } from '../chat-events.js';
import { button, byId, element, onSubmit } from './dom.js';
import { keptNames } from './names.js';

/** The groups that the user has joined. A group has all devices of its users. */
export class Groups {
  private readonly list = byId('groups', HTMLUListElement);
  private readonly input = byId('new-group', HTMLInputElement);
  private readonly kept;
  private readonly items = new Map<string, HTMLLIElement>();

  /** @param address is told which group to write to */
  constructor(
    private readonly client: PushClient<ChatEvents>,
    me: string,
    private readonly address: (group: string) => void,
    private readonly failed: (error: unknown) => void,
  ) {
    this.kept = keptNames(`groups of ${me}`);
    onSubmit(byId('join-group', HTMLFormElement), () => {
      const group = this.input.value.trim();
      this.input.value = '';
      if (group !== '') this.join(group).catch(this.failed);
    });
  }

  /** Joins those of before again: a server may have forgotten them. */
  rejoin(): void {
    for (const group of this.kept.read()) this.join(group).catch(this.failed);
  }

  private async join(group: string): Promise<void> {
    const members = await this.client.emit('chat.join', { group }, { repeatable: true });
    const count = members.length === 1 ? '1 member' : `${members.length} members`;
    const item = element(
      'li',
      '',
      button(group, () => this.address(group), `Write to group ${group}`),
      element('span', 'count', count),
      button('×', () => void this.leave(group).catch(this.failed), `Leave group ${group}`),
    );
    const former = this.items.get(group);
    if (former === undefined) this.list.append(item);
    else former.replaceWith(item);
    this.items.set(group, item);
    this.kept.write([...this.items.keys()]);
  }

  private async leave(group: string): Promise<void> {
    await this.client.emit('chat.leave', { group }, { repeatable: true });
    this.items.get(group)?.remove();
    this.items.delete(group);
    this.kept.write([...this.items.keys()]);
    this.input.focus();
  }
}
