const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const DATE_TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

const MIB = 1_048_576;
const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

/** A number of things. */
export const whole = (value: number): string =>
  value < 100_000 ? WHOLE.format(value) : COMPACT.format(value);

/** Per second: small ones with a decimal. */
export const rate = (value: number): string =>
  value > 0 && value < 10 ? value.toFixed(1) : whole(value);

export const milliseconds = (value: number): string => `${rate(value)} ms`;

export const percent = (part: number): string => `${WHOLE.format(part * 100)} %`;

export const mebibytes = (bytes: number): string => `${WHOLE.format(bytes / MIB)} MiB`;

/** In the largest unit of which there is at least one. */
export function duration(time: number): string {
  const [size, unit] = UNITS.find(([size]) => time >= size) ?? [1_000, 's'];
  return `${Math.floor(time / size)} ${unit}`;
}

export const time = (at: number): string => TIME.format(at);

/** With the date unless it is today's. */
export function when(at: number): string {
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  return isToday ? TIME.format(at) : DATE_TIME.format(at);
}
