/** What an option may be, in words and as a check. */
export interface Rule {
  /** Completes the sentence "allowed is …". */
  readonly allowed: string;
  readonly accepts: (value: unknown) => boolean;
  /**
   * How a value that is not accepted is printed: `describeKind` where it may be a secret.
   *
   * @default describe
   */
  readonly show?: (value: unknown) => string;
}

export interface Option<T = unknown> {
  readonly rule: Rule;
  /** What undefined stands for. */
  readonly default?: T;
  /** Undefined is not accepted either. */
  readonly required?: true;
}

/**
 * The options that an interface describes, each with its rule. Write one as
 * `{ … } satisfies OptionTable<MyOptions>`, so that its type says which have a default.
 */
export type OptionTable<O> = {
  readonly [Name in keyof O]-?: Option<O[Name]> &
    (undefined extends O[Name] ? unknown : { readonly required: true });
};

/** Options after the check: what has a default is there. */
export type Checked<O, Table extends OptionTable<O>> = Readonly<
  { [Name in Defaulted<O, Table>]: Exclude<O[Name], undefined> } & Omit<O, Defaulted<O, Table>>
>;

type Defaulted<O, Table extends OptionTable<O>> = {
  [Name in keyof O]-?: Table[Name] extends { default: unknown } ? Name : never;
}[keyof O];
