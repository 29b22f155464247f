/**
 * Three significant digits, which is more than the machine's noise allows to compare.
 *
 * @param {number | undefined} value
 */
export function short(value) {
  if (value === undefined || Number.isNaN(value)) return '';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

/** @param {number | undefined} part */
export const percent = (part) => (part === undefined ? '' : `${Math.round(part * 100)} %`);

/** @param {import('./statistics.js').Spread | undefined} spread */
export const range = (spread) => (spread ? `${short(spread.low)}–${short(spread.high)}` : '');

/** @param {string[]} head @param {(string | number)[][]} rows */
export function table(head, rows) {
  /** @param {(string | number)[]} cells */
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
