import type { Entry } from './entry.js';

/** Entries by the id of their message. Mostly there is one, which needs no set of its own. */
export class IdIndex {
  private readonly byId = new Map<string, Entry | Set<Entry>>();

  entriesOf(id: string): Iterable<Entry> {
    const found = this.byId.get(id);
    return found === undefined ? [] : found instanceof Set ? found : [found];
  }

  add(entry: Entry): void {
    const { id } = entry.message;
    const found = this.byId.get(id);
    if (found === undefined) this.byId.set(id, entry);
    else if (found instanceof Set) found.add(entry);
    else this.byId.set(id, new Set([found, entry]));
  }

  delete(entry: Entry): void {
    const { id } = entry.message;
    const found = this.byId.get(id);
    if (found === entry) this.byId.delete(id);
    if (found instanceof Set && found.delete(entry) && found.size === 0) this.byId.delete(id);
  }
}
