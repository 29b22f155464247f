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

/**
 * Checks what stands beside a factory that makes the options: nothing but these.
 *
 * @throws Error that names what does not belong there
 */
export function checkBeside(owner: string, known: readonly string[], given: object): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new Error(
    `${owner}.forRootAsync: there is no option "${unknown}"; the options are ${known.join(', ')}. ` +
      'All others are what the factory makes.',
  );
}

/**
 * Checks what a factory made, but for the options themselves: something, and nothing that is needed
 * before the factory runs.
 *
 * @throws Error that says what it made, or names what has its place beside the factory
 */
export function checkFromFactory<O extends object>(
  owner: string,
  made: unknown,
  beside: readonly string[],
): O {
  if (typeof made !== 'object' || made === null || Array.isArray(made)) {
    throw new Error(
      `${owner}.forRootAsync: its factory returned ${String(made)} instead of options.`,
    );
  }
  for (const name of beside) {
    if (!(name in made)) continue;
    const allowed = `only beside it, in forRootAsync({ ${name}, useFactory })`;
    throw brokenOption(owner, name, 'made by the factory', allowed);
  }
  return made as O;
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
