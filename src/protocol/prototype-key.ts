/**
 * Whether parsed JSON has an own key `__proto__` at any depth. `JSON.parse` itself is safe, but
 * the first handler that merges or assigns such data would change a prototype (CWE-1321).
 * Almost no frame contains the letters at all, so the walk is the exception; a backslash escape
 * could spell them, so a frame with `\u` in it is walked as well.
 */
export function hasPrototypeKey(text: string, value: unknown): boolean {
  if (!text.includes('__proto__') && !text.includes('\\u')) return false;
  // A list instead of recursion: nesting may be as deep as a frame is long.
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (Object.hasOwn(next, '__proto__')) return true;
    for (const child of Object.values(next)) open.push(child);
  }
  return false;
}
