import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares two texts of any length in a time that does not depend on where, or in what length, they differ. */
export function constantTimeEqual(a: string, b: string): boolean {
  // Hashing first brings both to one length, which timingSafeEqual needs.
  return timingSafeEqual(sha256(a), sha256(b));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
