import { describe } from './describe.js';
import type { Checked, Option, OptionTable } from './option-table.js';

/**
 * Checks every option and fills in the defaults.
 *
 * @param owner whose options they are, as users know it: errors begin with it
 * @throws Error that names the option, what was given (never a secret) and what is allowed
 */
export function checkOptions<O extends object, const Table extends OptionTable<O>>(
  owner: string,
  table: Table,
  given: O,
): Checked<O, Table> {
  const options: Readonly<Record<string, Option>> = table;
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(options, name)) throw unknownOption(owner, name, Object.keys(options));
  }
  const checked: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) {
    const value = valueOf(owner, name, option, (given as Record<string, unknown>)[name]);
    if (value !== undefined) checked[name] = value;
  }
  return checked as Checked<O, Table>;
}

/** The same for one option that is needed before the others. */
export function checkOption<T>(owner: string, name: string, option: Option<T>, given: unknown): T {
  return valueOf(owner, name, option, given) as T;
}

function valueOf(owner: string, name: string, option: Option, given: unknown): unknown {
  const { rule, required } = option;
  const value = given === undefined ? option.default : given;
  if (value === undefined ? !required : rule.accepts(value)) return value;
  throw brokenOption(owner, name, (rule.show ?? describe)(value), rule.allowed);
}

/** The error for an option that cannot be used. `given` must not contain a secret. */
export function brokenOption(
  owner: string,
  name: string,
  given: string,
  allowed: string,
  cause?: unknown,
): Error {
  return new Error(`${owner}: option "${name}" is ${given}; allowed is ${allowed}.`, { cause });
}

/** A misspelt option would be a limit that never holds. */
function unknownOption(owner: string, name: string, known: readonly string[]): Error {
  return new Error(`${owner}: there is no option "${name}"; the options are ${known.join(', ')}.`);
}
