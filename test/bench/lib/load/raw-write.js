/**
 * Writes a buffer to a socket past its stream: the load must cost less than the servers it
 * measures, and half of `socket.write` is bookkeeping for an order of writes, callbacks and
 * drains that the load does not need. libuv keeps the order and what the kernel does not take.
 *
 * `process.binding` is deprecated but not gone; without it the load falls back to `write` and
 * only gets more expensive, which the results would show.
 */
const WriteWrap = loadWriteWrap();

function loadWriteWrap() {
  try {
    return /** @type {any} */ (process).binding('stream_wrap').WriteWrap;
  } catch {
    return undefined;
  }
}

function released() {
  this.buffer = undefined;
}

/**
 * @param {import('node:net').Socket} socket
 * @param {Buffer} buffer not to be changed afterwards
 */
export function rawWrite(socket, buffer) {
  const handle = /** @type {any} */ (socket)._handle;
  if (!handle) return;
  if (!WriteWrap) {
    socket.write(buffer);
    return;
  }
  const request = new WriteWrap();
  request.buffer = buffer;
  request.oncomplete = released;
  handle.writeBuffer(request, buffer);
}
