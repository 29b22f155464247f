/**
 * How this run was started, for the files that it writes.
 *
 * @param {string} script of package.json
 */
export function commandLine(script) {
  const args = process.argv.slice(2);
  return [`npm run ${script}`, ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
}
