/**
 * Runs a bench and ends the process with it, and so its children; one that hangs is ended, too.
 *
 * @param {() => Promise<void>} main
 * @param {number} deadlineMs
 */
export async function runToEnd(main, deadlineMs) {
  setTimeout(() => {
    console.error('The bench took too long and was ended.');
    process.exit(1);
  }, deadlineMs).unref();
  try {
    await main();
    process.exit();
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}
