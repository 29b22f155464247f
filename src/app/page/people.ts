import type { PushClient } from '/push-client.min.js';
import type { ChatEvents } from '../chat-events.js';
import { button, byId, element, onSubmit } from './dom.js';
import { keptNames } from './names.js';

interface Person {
  readonly item: HTMLLIElement;
  /** Ends watching them. */
  forget(): void;
}

/** Whom the page knows, each with whether they are here, live. */
export class People {
  private readonly list = byId('people', HTMLUListElement);
  private readonly input = byId('person', HTMLInputElement);
  private readonly kept;
  private readonly known = new Map<string, Person>();

  /** @param address is told whom to write to */
  constructor(
    private readonly client: PushClient<ChatEvents>,
    private readonly me: string,
    private readonly address: (uid: string) => void,
  ) {
    this.kept = keptNames(`people of ${me}`);
    for (const uid of this.kept.read()) this.add(uid);
    onSubmit(byId('add-person', HTMLFormElement), () => {
      this.add(this.input.value.trim());
      this.input.value = '';
    });
  }

  add(uid: string): void {
    if (uid === '' || uid === this.me || this.known.has(uid)) return;
    const name = button(uid, () => this.address(uid), `Write to ${uid}`);
    const item = element(
      'li',
      'person',
      name,
      button('×', () => this.remove(uid), `Remove ${uid}`),
    );
    const watch = this.client.watch([uid], ({ online }) => {
      item.dataset.presence = online ? 'online' : 'away';
      name.setAttribute('aria-label', `Write to ${uid}, ${item.dataset.presence}`);
    });
    this.known.set(uid, { item, forget: () => watch.stop() });
    this.list.append(item);
    this.kept.write([...this.known.keys()]);
  }

  private remove(uid: string): void {
    const person = this.known.get(uid);
    person?.forget();
    person?.item.remove();
    this.known.delete(uid);
    this.kept.write([...this.known.keys()]);
    this.input.focus();
  }
}
