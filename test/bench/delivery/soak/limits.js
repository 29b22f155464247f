/**
 * Of the history, on every node: so much that nothing is let go of while the soak lasts.
 *
 * @satisfies {import('nestjs-uid-push').PushHistoryOptions}
 */
export const LIMITS = { maxLength: 100_000, maxBytes: 64 * 1024 * 1024, maxRecovered: 100_000 };
