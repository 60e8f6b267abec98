import {
  exactly,
  matching,
  timeAround,
  type FieldRule,
  type FieldRules,
} from '../documents/compare-answer.ts';
import { responseOf, type Piece } from './extract-guide.ts';
import type { Reader } from './fill-in.ts';

/** What one request of a step's program is answered. */
export interface ExpectedAnswer {
  readonly method: string;
  readonly path: string;
  /** The printed response, or the shape that the guide's prose gives it. */
  readonly body: unknown;
  readonly rules: FieldRules;
  readonly setsCookie: boolean;
}

const bareUlid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const someText: FieldRule = {
  expected: 'a text',
  accepts: (value) => typeof value === 'string' && value !== '',
};
const anyObject: FieldRule = {
  expected: 'an object',
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};
const now = () => Date.now();
const expiresInSeconds = 2_592_000;

/** Where the guide prints no response, its envelope still holds. */
const envelope = { success: true, status: 200, code: 'OK', message: '', data: {} };
const envelopeRules: FieldRules = { message: someText, data: anyObject };

/** The answers to the requests of a step, in order. @param verified whether the link of the verification mail was opened */
export function expectedAnswers(
  guide: readonly Piece[],
  step: number,
  { email, organizationId }: Reader,
  verified: boolean,
): ExpectedAnswer[] {
  switch (step) {
    case 1:
      return [
        {
          ...{ method: 'POST', path: '/api/auth/sign-up/email', setsCookie: false },
          ...{ body: envelope, rules: envelopeRules },
        },
      ];
    case 2:
      return [
        {
          ...{ method: 'POST', path: '/api/auth/sign-in/email', setsCookie: true },
          ...{ body: envelope, rules: envelopeRules },
        },
      ];
    case 3:
      return [
        {
          ...{ method: 'POST', path: '/api/auth/api-key/create', setsCookie: false },
          body: responseOf(guide, 3),
          rules: {
            'data.id': matching('ak_ and a ULID', /^ak_[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
            'data.key': matching('ba_ and 36 characters', /^ba_[0-9A-Za-z]{36}$/),
            'data.expiresAt': timeAround('in 30 days', () => now() + expiresInSeconds * 1000),
          },
        },
      ];
    case 4:
      return [
        {
          ...{ method: 'GET', path: '/api/user/me', setsCookie: false },
          body: responseOf(guide, 4),
          rules: {
            'data.id': matching('a bare ULID', bareUlid),
            'data.email': exactly(email),
            // Handles are unique, so there may be something behind it.
            'data.handle': matching('yourname…', /^yourname[a-z0-9]*$/),
            ...verificationRules(verified),
            'data.lastLoginAt': timeAround('now', now),
            'data.createdAt': timeAround('now', now),
            'data.updatedAt': timeAround('now', now),
          },
        },
        {
          method: 'GET',
          path: `/api/user/organizations/${organizationId}/projects`,
          setsCookie: false,
          body: { ...envelope, data: [], meta: {} },
          rules: {
            message: someText,
            meta: exactly({ pagination: { total: 0, limit: 20, offset: 0, hasMore: false } }),
          },
        },
      ];
    default:
      throw new Error(`the guide has no step ${String(step)}`);
  }
}

/** The guide prints an account that has opened the link of its mail; one that has not says so in the same fields. */
function verificationRules(verified: boolean): FieldRules {
  return verified
    ? { 'data.verifiedAt': timeAround('now', now) }
    : { 'data.isVerified': exactly(false), 'data.verifiedAt': exactly(null) };
}
