/**
 * What is waited for: a part of it, in which every member that stands there must be equal, or a
 * function that knows it. A list is equal member by member, and has no member more.
 */
export type Match<Data, Whole = Data> = PartOf<Data> | ((whole: Whole) => boolean);

/** Any part of a value, however deep. */
export type PartOf<Value> = unknown extends Value
  ? unknown
  : Value extends readonly unknown[]
    ? { readonly [Index in keyof Value]: PartOf<Value[Index]> }
    : Value extends object
      ? { readonly [Name in keyof Value]?: PartOf<Value[Name]> | undefined }
      : Value;

/** Whether the part stands in the value. */
export function hasPart(value: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return Object.is(value, part);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(part) !== Array.isArray(value)) return false;
  if (Array.isArray(part) && part.length !== (value as unknown[]).length) return false;
  const whole = value as Record<string, unknown>;
  return Object.entries(part).every(([name, one]) => hasPart(whole[name], one));
}

/** The match as a function; anything matches nothing in particular. */
export function matcherOf(match: unknown): (value: unknown) => boolean {
  if (match === undefined) return () => true;
  if (typeof match === 'function') return match as (value: unknown) => boolean;
  return (value) => hasPart(value, match);
}

/** The match in words. */
export function wordsOf(match: unknown): string {
  return typeof match === 'function' ? String(match) : JSON.stringify(match);
}
