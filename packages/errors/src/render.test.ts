import { describe, expect, it } from '@jest/globals';
import { faultCatalogue, type FaultName } from './catalogue.ts';
import { dialects } from './dialect.ts';
import { Fault } from './fault.ts';
import { renderFault } from './render.ts';

const requestId = 'req_1';
const names = Object.keys(faultCatalogue) as FaultName[];

describe('renderFault', () => {
  it('prints the error body of document 001', () => {
    const details = [{ field: 'email', reason: 'required' }];
    const fault = new Fault('validation', { message: 'email is required', details });
    expect(renderFault(fault, 'platform', requestId)).toEqual({
      status: 400,
      headers: {},
      body: {
        error: { code: 'VALIDATION_ERROR', message: 'email is required', details, request_id: requestId },
      },
    });
  });

  it('prints the 401 and 403 of document 003, word for word', () => {
    expect(renderFault(new Fault('api-key-invalid'), 'craft', requestId).body).toEqual({
      success: false,
      error: { code: 'UNAUTHORIZED', message: 'Invalid or missing authentication', requestId },
    });
    const denied = new Fault('policy-denied', { message: 'something of ours' });
    expect(renderFault(denied, 'craft', requestId).body).toEqual({
      success: false,
      error: { code: 'FORBIDDEN', message: 'Insufficient permissions', requestId },
    });
  });

  it.each([
    ['credential-missing', 401, 'AUTHENTICATION_REQUIRED'],
    ['api-key-invalid', 401, 'INVALID_API_KEY'],
    ['session-invalid', 401, 'INVALID_OR_EXPIRED_TOKEN'],
    ['role-denied', 403, 'INSUFFICIENT_PERMISSIONS'],
    ['policy-denied', 403, 'API_KEY_MISSING_SCOPES'],
    ['pinned-elsewhere', 403, 'FORBIDDEN'],
    ['rate-limited', 429, 'RATE_LIMIT_ERROR'],
  ] as const)('speaks document 002 for %s', (name, status, code) => {
    const { body } = renderFault(new Fault(name), 'quickstart', requestId);
    expect(body).toMatchObject({ success: false, status, code, meta: { requestId } });
  });

  it('speaks RFC 6749 where it has to: error and error_description, nothing else', () => {
    const fault = new Fault('validation', { details: [{ field: 'grant_type', reason: 'required' }] });
    expect(renderFault(fault, 'oauth', requestId).body).toEqual({
      error: 'invalid_request',
      error_description: 'grant_type: required',
    });
  });

  it.each(names.flatMap((name) => dialects.map((dialect) => [name, dialect] as const)))(
    'keeps the cause of %s to itself in %s',
    (name, dialect) => {
      const fault = new Fault(name, { cause: new Error('password=hunter2 at 10.0.0.7') });
      const { status, body } = renderFault(fault, dialect, requestId);
      // RFC 6749 fixes another status for what is wrong with a grant, and for nothing else.
      const ofGrants = ['sign-in-refused', 'second-factor-required', 'refresh-refused', 'tenant-refused'];
      expect(status).toBe(ofGrants.includes(name) && dialect === 'oauth' ? 400 : faultCatalogue[name].status);
      expect(JSON.stringify(body)).not.toMatch(/hunter2|10\.0\.0\.7/);
    },
  );
});
