/**
 * The child's end of the wire between a bench and the processes that it starts: answers each call
 * that arrives over the IPC channel. The process ends with its parent, so that a run that is
 * interrupted leaves nothing behind.
 *
 * @param {Record<string, (argument: any) => unknown>} commands
 */
export function answerCommands(commands) {
  process.on('message', async (/** @type {any} */ { id, name, argument }) => {
    try {
      process.send?.({ id, result: await commands[name](argument) });
    } catch (error) {
      process.send?.({ id, failure: error instanceof Error ? error.message : String(error) });
    }
  });
  process.on('disconnect', () => process.exit());
}
