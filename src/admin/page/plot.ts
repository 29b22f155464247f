import uPlot from 'uplot';
import { element } from './dom.js';
import { time } from './format.js';

/** Snapshots that a plot shows: five minutes, and at first as many seconds as there are, or this. */
const LENGTH = 300;
const SHORTEST = 60;
/** Labels that get a line of their own; the others together make another one. */
const MAX_LINES = 6;
const OTHERS = 'others';
/** Seconds without a snapshot after which the line is broken. */
const GAP = 3;
const HEIGHT = 168;

export interface PlotOptions {
  readonly title: string;
  /** How a value is written beside its label, and at the axis. */
  readonly format: (value: number) => string;
  /** Labels that are there from the beginning, whatever comes. */
  readonly labels?: readonly string[];
  /** How a label is written. */
  readonly nameOf?: (label: string) => string;
}

/** Values by label as they came, second by second. */
class Series {
  readonly times: number[] = [];
  readonly values = new Map<string, (number | null)[]>();

  constructor(labels: readonly string[]) {
    for (const label of labels) this.values.set(label, []);
  }

  /** Answers whether there is a label that was not there before. */
  add(at: number, values: Readonly<Record<string, number>>): boolean {
    const last = this.times.at(-1);
    if (last !== undefined && at - last > GAP) this.put(at - 1, () => null);
    const isNew = Object.keys(values).some((label) => !this.values.has(label));
    for (const label of Object.keys(values)) {
      if (!this.values.has(label)) {
        this.values.set(
          label,
          this.times.map(() => 0),
        );
      }
    }
    this.put(at, (label) => values[label] ?? 0);
    return isNew;
  }

  private put(at: number, valueOf: (label: string) => number | null): void {
    this.times.push(at);
    for (const [label, line] of this.values) line.push(valueOf(label));
    if (this.times.length <= LENGTH) return;
    this.times.shift();
    for (const line of this.values.values()) line.shift();
  }
}

/** A live plot with its legend, which shows the latest values, or those under the pointer. */
export class Plot {
  readonly element: HTMLElement;
  private readonly series: Series;
  private readonly legend = element('ul', { class: 'legend' });
  private readonly canvas = element('div', { class: 'canvas', role: 'img' });
  private outputs: HTMLElement[] = [];
  private lines: string[] = [];
  private chart: uPlot | undefined;

  constructor(private readonly options: PlotOptions) {
    this.series = new Series(options.labels ?? []);
    const title = element('h3', {}, options.title);
    this.element = element('figure', { class: 'card plot' }, title, this.legend, this.canvas);
    new ResizeObserver(() => this.resize()).observe(this.canvas);
  }

  /** @param at milliseconds since 1970 */
  add(at: number, values: Readonly<Record<string, number>>): void {
    const isNew = this.series.add(at / 1_000, values);
    if (isNew || this.chart === undefined) this.draw();
    else this.chart.setData(this.data());
    this.tell();
  }

  /** Anew, because there is another line, or other colours. */
  draw(): void {
    const totals = Array.from(this.series.values, ([label, line]) => {
      return [label, line.reduce<number>((sum, value) => sum + (value ?? 0), 0)] as const;
    });
    const fixed = this.options.labels ?? [];
    const rank = ([label, sum]: readonly [string, number]): number =>
      fixed.includes(label) ? Infinity : sum;
    // Of equal ones the first to come.
    const ranked = totals.sort((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)));
    const shown = ranked.slice(0, MAX_LINES).map(([label]) => label);
    // A label keeps its colour as long as it is shown.
    const known = this.lines.filter((label) => shown.includes(label));
    this.lines = [...known, ...shown.filter((label) => !known.includes(label))];
    if (ranked.length > MAX_LINES) this.lines.push(OTHERS);
    this.drawLegend();
    this.chart?.destroy();
    this.chart = new uPlot(this.uplotOptions(), this.data(), this.canvas);
  }

  private drawLegend(): void {
    const { nameOf = (label) => label } = this.options;
    this.outputs = this.lines.map(() => element('output', {}, '–'));
    const entries = this.lines.map((label, i) => {
      const swatch = element('span', { class: `swatch line-${i}`, 'aria-hidden': 'true' });
      return element('li', {}, swatch, nameOf(label), ' ', this.outputs[i]);
    });
    this.legend.replaceChildren(...entries);
    if (entries.length === 0) this.legend.append(element('li', { class: 'none' }, 'None so far'));
  }

  private data(): uPlot.AlignedData {
    const rest = Array.from(this.series.values).filter(([label]) => !this.lines.includes(label));
    return [
      this.series.times,
      ...this.lines.map((label) =>
        label === OTHERS
          ? this.series.times.map((_, i) => rest.reduce((sum, [, line]) => sum + (line[i] ?? 0), 0))
          : this.series.values.get(label)!,
      ),
    ];
  }

  /** Beside the lines, and for who does not see them. */
  private tell(index = this.series.times.length - 1): void {
    const { format, title, nameOf = (label) => label } = this.options;
    const data = this.data();
    const words = this.lines.map((label, i) => {
      const value = data[i + 1][index];
      const text = typeof value === 'number' ? format(value) : '–';
      this.outputs[i].textContent = text;
      return `${nameOf(label)} ${text}`;
    });
    this.canvas.setAttribute('aria-label', `${title}: ${words.join(', ') || 'none so far'}`);
  }

  private uplotOptions(): uPlot.Options {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    const axis: uPlot.Axis = {
      stroke: colour('muted'),
      font: '11px system-ui, sans-serif',
      grid: { stroke: colour('line'), width: 1 },
      ticks: { show: false },
    };
    return {
      width: this.canvas.clientWidth || 320,
      height: HEIGHT,
      padding: [8, 4, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'push' } },
      scales: { x: { range: recent }, y: { range: fromZero } },
      axes: [
        {
          ...axis,
          values: (_, ticks) => ticks.map((at) => time(at * 1_000)),
          size: 28,
          space: 90,
        },
        { ...axis, values: (_, ticks) => ticks.map(this.options.format), size: 52, space: 36 },
      ],
      series: [
        {},
        ...this.lines.map((_, i) => ({
          stroke: colour(`line-${i}`),
          width: 1.5,
          points: { show: false },
        })),
      ],
      hooks: { setCursor: [({ cursor }) => this.tell(cursor.idx ?? undefined)] },
    };
  }

  private resize(): void {
    this.chart?.setSize({ width: this.canvas.clientWidth, height: HEIGHT });
  }
}

/** What there is fills the width. */
function recent(_: uPlot, min: number, max: number): uPlot.Range.MinMax {
  return [Math.min(min, max - SHORTEST), max];
}

/** What is small looks small: a plot of nothing has room above. */
function fromZero(_: uPlot, __: number, max: number): uPlot.Range.MinMax {
  return [0, Math.max(1, max * 1.1)];
}
