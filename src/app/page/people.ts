import { button, byId, element, onSubmit } from './dom.js';
import { keptNames } from './names.js';

/** Whom the page knows, each with whether they are here. */
export class People {
  private readonly list = byId('people', HTMLUListElement);
  private readonly input = byId('person', HTMLInputElement);
  private readonly kept;
  private readonly items = new Map<string, HTMLLIElement>();

  /** @param address is told whom to write to */
  constructor(
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
    if (uid === '' || uid === this.me || this.items.has(uid)) return;
    const item = element(
      'li',
      '',
      button(uid, () => this.address(uid), `Write to ${uid}`),
      button('×', () => this.remove(uid), `Remove ${uid}`),
    );
    this.items.set(uid, item);
    this.list.append(item);
    this.kept.write([...this.items.keys()]);
  }

  private remove(uid: string): void {
    this.items.get(uid)?.remove();
    this.items.delete(uid);
    this.kept.write([...this.items.keys()]);
    this.input.focus();
  }
}
