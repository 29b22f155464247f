import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { flag } from './options.js';
import { short } from './report/tables.js';

/** Where results are written. */
const FOLDER = new URL('../', import.meta.url);

/**
 * @typedef {object} Report
 * @property {string} file its name in `test/bench/`
 * @property {(made: string) => string} text Markdown, with a line that tells how it was made
 * @property {boolean} written whether the run was one whose report is kept
 * @property {boolean} [printed] whether it is all that the run says
 * @property {Record<string, string>} [charts] SVG by file name
 */

/**
 * @template {Record<string, import('./options.js').Option<any>>} O
 * @typedef {object} Bench
 * @property {string} script its name in package.json
 * @property {string} about
 * @property {O} options
 * @property {number} deadlineMinutes a run that takes longer hangs, and is ended
 * @property {(values: import('./options.js').Values<O>) => Promise<Report>} run
 */

/**
 * The main road of every bench: arguments, deadline, work, report. The process ends with it, and
 * so do its children. A bench is a folder whose `main.js` calls this, and a script of package.json.
 *
 * @template {Record<string, import('./options.js').Option<any>>} O
 * @param {Bench<O>} bench
 */
export async function runBench(bench) {
  try {
    const values = valuesOf(bench);
    if (values === undefined) return console.log(helpOf(bench));
    endAfter(bench.deadlineMinutes);
    const began = performance.now();
    await publish(bench, await bench.run(values), performance.now() - began);
    process.exit();
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}

/**
 * What the command line says; undefined where it asks for help.
 *
 * @template {Record<string, import('./options.js').Option<any>>} O
 * @param {Bench<O>} bench
 */
function valuesOf({ options }) {
  const all = Object.entries({ ...options, help: flag('') });
  const { values } = parseArgs({
    options: Object.fromEntries(
      all.map(([name, { takes }]) => [name, { type: takes === '' ? 'boolean' : 'string' }]),
    ),
  });
  if (values.help) return undefined;
  const parsed = Object.entries(options).map(([name, { parse }]) => [
    name,
    // What a flag is parsed from is not looked at.
    parse(/** @type {string | undefined} */ (values[name])),
  ]);
  return /** @type {import('./options.js').Values<O>} */ (Object.fromEntries(parsed));
}

/** @param {Bench<any>} bench */
function helpOf({ script, about, options }) {
  const rows = Object.entries(options).map(([name, { takes, help }]) => [
    `--${name} ${takes}`,
    help,
  ]);
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const lines = rows.map(([name, help]) => `  ${name.padEnd(width)}${help}`);
  return [`npm run ${script} -- [options]`, about, lines.join('\n')].join('\n\n');
}

/** @param {number} minutes */
function endAfter(minutes) {
  const end = () => {
    console.error(`The bench took longer than ${minutes} minutes and was ended.`);
    process.exit(1);
  };
  setTimeout(end, minutes * 60_000).unref();
}

/** @param {Bench<any>} bench @param {Report} report @param {number} ms */
async function publish({ script }, { file, text, written, printed, charts = {} }, ms) {
  const took = ms < 120_000 ? `${short(ms / 1000)} seconds` : `${Math.round(ms / 60_000)} minutes`;
  const made = `Made by \`${commandLine(script)}\` on ${new Date().toISOString().slice(0, 10)} in ${took}. Do not edit: the next run overwrites it.`;
  const pretty = await format(text(made), { parser: 'markdown' });
  console.log(printed ? `\n${pretty}` : `\n${took}`);
  if (!written) return;
  for (const [name, content] of Object.entries({ ...charts, [file]: pretty })) {
    const path = new URL(name, FOLDER);
    await writeFile(path, content);
    console.log(`written: ${path.pathname}`);
  }
}

/** How this run was started. @param {string} script */
function commandLine(script) {
  const args = process.argv.slice(2);
  return [`npm run ${script}`, ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
}
