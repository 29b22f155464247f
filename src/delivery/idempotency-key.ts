const MAX_LENGTH = 255;

export const IDEMPOTENCY_KEY_RULE = `a string of 1 to ${MAX_LENGTH} characters`;

export function isIdempotencyKey(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_LENGTH;
}
