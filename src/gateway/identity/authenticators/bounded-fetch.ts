import type { FetchImplementation } from 'jose';

/**
 * `fetch` for a small document, in memory when it resolves. Whatever the server sends, no more
 * than `maxBytes` of it are kept, counted after decompression.
 *
 * @throws Error when the answer is not 200 or is larger
 */
export function boundedFetch(maxBytes: number): FetchImplementation {
  return async (url, options) => {
    const response = await fetch(url, options);
    if (response.status !== 200) {
      // What is not read would hold its connection.
      await response.body?.cancel();
      throw new Error(`the answer was ${response.status}, not 200`);
    }
    return new Response(await readUpTo(maxBytes, response.body));
  };
}

async function readUpTo(maxBytes: number, body: Response['body']): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
