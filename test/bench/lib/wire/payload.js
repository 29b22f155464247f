/**
 * The character that every payload begins with. It occurs in no uid, message id or envelope, so
 * the load finds the payload in whatever frame a server makes around it.
 */
export const MARK = '~';

/** Digits after the mark that number a message in the latency scenario. */
export const DIGITS = 7;

/**
 * A message of exactly `size` bytes.
 *
 * @param {number} size
 */
export function payloadOf(size) {
  return (MARK + '0'.repeat(DIGITS)).padEnd(size, 'x');
}

/**
 * Messages of exactly `size` bytes with a number in place of the zeros.
 *
 * @param {number} size
 * @returns {(number: number) => string}
 */
export function numberedPayload(size) {
  const rest = payloadOf(size).slice(MARK.length + DIGITS);
  return (number) => MARK + String(number).padStart(DIGITS, '0') + rest;
}
