import { toConnection, type EngineNode, type FakeSocket } from '../../support/engine-node.js';

/** A message that comes after all that was sent to these before: what they have then is final. */
export async function fence(sender: EngineNode, ...sockets: FakeSocket[]): Promise<void> {
  for (const socket of sockets) {
    await sender.send(toConnection(socket.connectionId), 'fence');
    await socket.inbox.take('the fence', ({ data }) => data === 'fence');
  }
}

export function withoutFences(socket: FakeSocket): unknown[] {
  return socket.received.filter((data) => data !== 'fence');
}
