import { errors } from 'jose';

/** Why a token is refused: what `events$` and the debug log tell. */
export type JwtRefusal =
  | 'no token'
  | 'malformed token'
  | 'bad signature'
  | 'algorithm not allowed'
  | 'unknown key'
  | 'expired'
  | 'no expiry'
  | 'not valid yet'
  | 'wrong issuer'
  | 'wrong audience'
  | 'bad claim'
  | 'no subject'
  | 'bad device';

/** Those after which another key may still fit: claims are looked at once a signature holds. */
export const ABOUT_KEYS: ReadonlySet<JwtRefusal> = new Set<JwtRefusal>([
  'bad signature',
  'algorithm not allowed',
  'unknown key',
]);

/** What the library found wrong with a token. */
export function refusalOf(error: errors.JOSEError): JwtRefusal {
  if (error instanceof errors.JWTClaimValidationFailed) return ofClaim(error);
  return BY_CODE[error.code] ?? 'malformed token';
}

const BY_CODE: Partial<Record<string, JwtRefusal>> = {
  [errors.JWTExpired.code]: 'expired',
  [errors.JWSSignatureVerificationFailed.code]: 'bad signature',
  [errors.JOSEAlgNotAllowed.code]: 'algorithm not allowed',
  [errors.JWKSNoMatchingKey.code]: 'unknown key',
};

function ofClaim({ claim, reason }: errors.JWTClaimValidationFailed): JwtRefusal {
  if (claim === 'iss') return 'wrong issuer';
  if (claim === 'aud') return 'wrong audience';
  if (claim === 'nbf' && reason === 'check_failed') return 'not valid yet';
  if (claim === 'exp' && reason === 'missing') return 'no expiry';
  return 'bad claim';
}
