import { labelOf, peers } from './peers.js';
import { medianOf } from '../lib/report/compare.js';
import { short } from '../lib/report/tables.js';

const BAR = 14;
const GAP = 10;
const LEFT = 210;
const WIDTH = 560;
const COLORS = ['#4c78a8', '#a0cbe8'];

/** @param {string} text */
const escaped = (text) => text.replaceAll('`', '').replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/**
 * Bars of one metric: a group per server, a bar per number of connections.
 *
 * @param {import('../lib/report/compare.js').Results} results
 * @param {{ scenario: string, metric: string, title: string }} what
 */
export function barChart(results, { scenario, metric, title }) {
  const counts = Object.keys(results).map(Number);
  const groups = peers
    .map(({ name }) => ({
      label: escaped(labelOf(name)),
      values: counts.map((connections) =>
        medianOf(results, { connections, scenario, metric }, name),
      ),
    }))
    .filter(({ values }) => values.some((value) => value !== undefined));
  const most = Math.max(...groups.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const step = counts.length * BAR + GAP;
  const height = 60 + groups.length * step;

  const bars = groups.flatMap(({ label, values }, group) => {
    const top = 50 + group * step;
    return [
      `<text x="${LEFT - 8}" y="${top + (counts.length * BAR) / 2 + 4}" text-anchor="end">${label}</text>`,
      ...values.map((value, i) => {
        const width = ((value ?? 0) / most) * WIDTH;
        const y = top + i * BAR;
        return (
          `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 2}" fill="${COLORS[i % 2]}"/>` +
          `<text x="${(LEFT + width + 5).toFixed(1)}" y="${y + 10}" font-size="10">${short(value)}</text>`
        );
      }),
    ];
  });
  const legend = counts.map(
    (count, i) =>
      `<rect x="${LEFT + i * 160}" y="30" width="10" height="10" fill="${COLORS[i % 2]}"/>` +
      `<text x="${LEFT + i * 160 + 15}" y="39">${count.toLocaleString('en')} connections</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LEFT + WIDTH + 60} ${height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="${LEFT}" y="20" font-size="15">${escaped(title)}</text>`,
    ...legend,
    ...bars,
    '</svg>',
    '',
  ].join('\n');
}
