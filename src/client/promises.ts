/** A promise that nobody has to await: a rejection that is not looked at ends no process. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** One function that stops all of these. */
export function stopAll(...stops: (() => unknown)[]): () => void {
  return () => stops.forEach((stop) => stop());
}

/** Calls when the signal aborts, also when it has already; answers how to call it off. */
export function onAbort(signal: AbortSignal | undefined, call: () => void): () => void {
  if (signal?.aborted) call();
  else signal?.addEventListener('abort', call);
  return () => signal?.removeEventListener('abort', call);
}
