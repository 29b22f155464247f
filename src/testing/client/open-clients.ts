/** Something with a connection that a test might leave open. */
interface Ending {
  terminate(): Promise<void>;
}

/** Every client that has a connection. */
export const openClients = new Set<Ending>();

/**
 * Ends every test client that is still there, without a close frame: for `afterEach`, so that a
 * failed test leaves nothing running.
 */
export async function closeTestClients(): Promise<void> {
  await Promise.all(Array.from(openClients, (client) => client.terminate()));
}
