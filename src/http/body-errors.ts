import {
  BadRequestException,
  HttpStatus,
  PayloadTooLargeException,
  UnsupportedMediaTypeException,
  type HttpException,
} from '@nestjs/common';

/** What is wrong with a body, as Nest's usual errors. None of them quotes it. */
export const bodyErrors = {
  tooLarge: (limit: number): HttpException =>
    new PayloadTooLargeException(`The body is larger than ${limit} bytes.`),
  notJsonType: (): HttpException =>
    new UnsupportedMediaTypeException('Send the body as application/json.'),
  otherCharset: (): HttpException =>
    new UnsupportedMediaTypeException('Send the body as application/json in UTF-8.'),
  otherEncoding: (): HttpException =>
    new UnsupportedMediaTypeException(
      'Send the body as it is, or compressed with gzip, deflate or br.',
    ),
  notAsEncoded: (): HttpException =>
    new BadRequestException(['body must be compressed as its Content-Encoding says']),
  notUtf8: (): HttpException => new BadRequestException(['body must be valid UTF-8']),
  notJson: (): HttpException =>
    new BadRequestException(['body must be valid JSON without a key "__proto__"']),
  cutOff: (): HttpException => new BadRequestException(['body must be as long as its head says']),
};

/**
 * The error of an adapter's own parser as one of these. Parsers quote the body in their messages.
 * What is not the fault of the body stays as it is.
 */
export function toBodyError(error: unknown, limit: number): unknown {
  switch (statusOf(error)) {
    case HttpStatus.PAYLOAD_TOO_LARGE:
      return bodyErrors.tooLarge(limit);
    case HttpStatus.UNSUPPORTED_MEDIA_TYPE:
      return bodyErrors.notJsonType();
    case HttpStatus.BAD_REQUEST:
      return bodyErrors.notJson();
    default:
      return error;
  }
}

/** The status that parsers put on their errors. */
function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode;
}
