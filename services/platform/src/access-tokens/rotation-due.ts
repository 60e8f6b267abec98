import type { AccessToken } from './access-token.ts';

/** Seed 004: "Rotate regularly — Regenerate keys every 90 days". */
const dueAfterMs = 90 * 86_400_000;

/** Whether the secret a token has is older than it should be. */
export function rotationDue(
  { createdAt, rotatedAt }: Pick<AccessToken, 'createdAt' | 'rotatedAt'>,
  now = new Date(),
): boolean {
  return now.getTime() - (rotatedAt ?? createdAt).getTime() > dueAfterMs;
}
