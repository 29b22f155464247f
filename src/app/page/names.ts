/** "ada", "ada and bob", "ada, bob and carol". */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** Names between commas, each once. */
export function namesIn(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  return [...new Set(names)].filter((name) => name !== '');
}

/** A name that nothing else has. `crypto.randomUUID` is there on secure origins only. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const DEVICE = 'device';

/** The name of this tab, which it keeps when it is loaded anew. */
export function deviceName(): string {
  return sessionStorage.getItem(DEVICE) ?? `Tab ${newKey().slice(0, 4).toUpperCase()}`;
}

export function keepDeviceName(name: string): void {
  sessionStorage.setItem(DEVICE, name);
}

/** A list of names that the browser keeps. */
export function keptNames(key: string): { read(): string[]; write(names: string[]): void } {
  return {
    read() {
      const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
      return Array.isArray(kept) ? kept.filter((name) => typeof name === 'string') : [];
    },
    write(names) {
      localStorage.setItem(key, JSON.stringify(names));
    },
  };
}
