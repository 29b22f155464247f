/** What was given, for an error. Objects are not opened: they may hold secrets. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  if (typeof value === 'function') return `the function ${value.name || 'without a name'}`;
  if (typeof value === 'object' && value !== null) return describeKind(value);
  return String(value);
}

/** What kind of thing was given, of which nothing may be printed because it may be a secret. */
export function describeKind(value: unknown): string {
  if (value === undefined || value === null || value === '') return EMPTY.get(value)!;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== 'object') return `a ${typeof value}`;
  const maker = (value as { constructor?: { name: string } }).constructor;
  return maker === undefined ? 'an object' : `an object (${maker.name})`;
}

const EMPTY = new Map<unknown, string>([
  [undefined, 'undefined'],
  [null, 'null'],
  ['', 'an empty string'],
]);
