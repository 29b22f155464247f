/**
 * Settles as the promise does. When that takes longer than so many milliseconds, `late` says with
 * what to reject.
 */
export async function within<T>(
  milliseconds: number,
  promise: Promise<T>,
  late: (reject: (error: Error) => void) => void = (reject) =>
    reject(new Error(`no answer within ${milliseconds} ms`)),
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(() => late(reject), milliseconds);
  });
  try {
    return await Promise.race([promise, ended]);
  } finally {
    clearTimeout(timer);
  }
}
