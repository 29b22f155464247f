/**
 * What a bench can be told on its command line.
 *
 * @template T
 * @typedef {object} Option
 * @property {string} takes what follows its name: nothing, or a word for it
 * @property {string} help
 * @property {(text: string | undefined) => T} parse undefined where it was not given
 */

/**
 * @template {Record<string, Option<any>>} O
 * @typedef {{ [K in keyof O]: ReturnType<O[K]['parse']> }} Values
 */

/** @param {string} help @returns {Option<boolean>} */
export const flag = (help) => ({ takes: '', help, parse: (text) => text !== undefined });

/**
 * @template {number | undefined} [D=undefined]
 * @param {string} help
 * @param {D} [byDefault]
 * @returns {Option<number | D>}
 */
export const number = (help, byDefault) => ({
  takes: 'n',
  help: byDefault === undefined ? help : `${help} (${byDefault})`,
  parse: (text) => (text === undefined ? /** @type {D} */ (byDefault) : numberOf(text)),
});

/**
 * @template {number[] | undefined} [D=undefined]
 * @param {string} help
 * @param {D} [byDefault]
 * @returns {Option<number[] | D>}
 */
export const numbers = (help, byDefault) => ({
  takes: 'a,b',
  help: byDefault === undefined ? help : `${help} (${byDefault.join(',')})`,
  parse: (text) =>
    text === undefined ? /** @type {D} */ (byDefault) : text.split(',').map(numberOf),
});

/** @param {string} help @returns {Option<string | undefined>} */
export const path = (help) => ({ takes: 'path', help, parse: (text) => text });

/**
 * Some of what has these names.
 *
 * @param {string} help
 * @param {readonly { name: string }[]} known
 * @returns {Option<string[] | undefined>}
 */
export const names = (help, known) => ({
  takes: 'a,b',
  help: `${help}: ${known.map(({ name }) => name).join(', ')}`,
  parse(text) {
    const given = text?.split(',');
    const unknown = given?.find((name) => !known.some((one) => one.name === name));
    if (unknown !== undefined) throw new Error(`There are no ${help} called ${unknown}.`);
    return given;
  },
});

/** @param {string} text */
function numberOf(text) {
  const value = Number(text);
  if (!(value >= 0)) throw new Error(`${text} is no number.`);
  return value;
}
