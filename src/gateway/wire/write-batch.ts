/** A socket with bytes to write. */
interface Flushable {
  flush(): void;
}

const waiting: Flushable[] = [];
let open = false;

/**
 * Has the socket flushed when the present turn of the event loop has done its work: frames that
 * one turn produces for one socket leave in one system call.
 */
export function flushSoon(socket: Flushable): void {
  if (waiting.push(socket) === 1 && !open) process.nextTick(flushAll);
}

/** From here to `endBatch` whatever is sent waits: the caller knows the end of its turn. */
export function beginBatch(): void {
  open = waiting.length === 0;
}

/** Flushes what was sent since `beginBatch`. */
export function endBatch(): void {
  if (!open) return;
  open = false;
  flushAll();
}

function flushAll(): void {
  // By index and length read anew: a flush may close a socket, whose hooks may send again.
  for (let i = 0; i < waiting.length; i++) waiting[i].flush();
  waiting.length = 0;
}
