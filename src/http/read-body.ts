import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { HttpException } from '@nestjs/common';
import { bodyErrors } from './body-errors.js';

const JSON_TYPE = /^application\/json *(;|$)/i;
const CHARSET = /; *charset *= *"?([^";\s]*)/i;
const UTF8 = /^utf-?8$/i;

/** Content codings (RFC 9110, 8.4.1) that are undone. */
const DECODERS = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

export function isJson(headers: IncomingHttpHeaders): boolean {
  return JSON_TYPE.test(headers['content-type'] ?? '');
}

/**
 * Reads a JSON body to its text in UTF-8, decompressed: the same on every adapter. It stops
 * reading where the body is refused, and leaves the rest where it is.
 *
 * @param limit bytes, after decompression
 * @throws HttpException 400, 413 or 415
 */
export async function readBody(
  body: Readable,
  headers: IncomingHttpHeaders,
  limit: number,
): Promise<Buffer> {
  const decoder = decoderFor(headers);
  // Compressed it is no smaller than what it makes of itself, or hardly.
  if (Number(headers['content-length']) > limit) throw bodyErrors.tooLarge(limit);
  const bytes = await (decoder ? decoded(body, decoder, limit) : whole(body, limit));
  if (!isUtf8(bytes)) throw bodyErrors.notUtf8();
  return bytes;
}

/** @throws HttpException 415 for a type, charset or coding that is not read here */
function decoderFor(headers: IncomingHttpHeaders): Transform | undefined {
  if (!isJson(headers)) throw bodyErrors.notJsonType();
  const [, charset = 'utf-8'] = CHARSET.exec(headers['content-type'] ?? '') ?? [];
  if (!UTF8.test(charset)) throw bodyErrors.otherCharset();
  const coding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (coding === 'identity') return undefined;
  const create = DECODERS.get(coding);
  if (create === undefined) throw bodyErrors.otherEncoding();
  return create();
}

function whole(body: Readable, limit: number): Promise<Buffer> {
  return collect(body, limit, bodyErrors.cutOff);
}

async function decoded(body: Readable, decoder: Transform, limit: number): Promise<Buffer> {
  const onClose = (): void => {
    if (!body.readableEnded) decoder.destroy();
  };
  body.once('close', onClose);
  try {
    return await collect(body.pipe(decoder), limit, bodyErrors.notAsEncoded);
  } finally {
    body.off('close', onClose).unpipe(decoder).pause();
    decoder.destroy();
  }
}

/** @param failed the error for a stream that does not come to its end */
function collect(stream: Readable, limit: number, failed: () => HttpException): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (): void => {
      stream.off('data', onData).off('end', onEnd).off('error', onFailed).off('close', onFailed);
    };
    const refuse = (error: HttpException): void => {
      settle();
      stream.pause();
      reject(error);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) refuse(bodyErrors.tooLarge(limit));
      else chunks.push(chunk);
    };
    const onFailed = (): void => refuse(failed());
    const onEnd = (): void => {
      settle();
      resolve(Buffer.concat(chunks));
    };
    stream.on('data', onData).on('end', onEnd).on('error', onFailed).on('close', onFailed);
  });
}
