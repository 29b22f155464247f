/**
 * A xorshift generator: `Math.random` would do, but every peer shall see the same sequence of
 * senders and receivers.
 *
 * @param {number} [seed]
 * @returns {(bound: number) => number} an integer from 0 up to `bound`, exclusive
 */
export function randomIntegers(seed = 0x2545f491) {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}
