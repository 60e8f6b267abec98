import { describe, expect, it } from '@jest/globals';
import { allOperations } from '@pcft/contracts';
import { coverageFindings } from './coverage-rule.ts';

const getApp = allOperations.filter(({ operationId }) => operationId === 'getApp');
const seen = (...statuses: number[]) => statuses.map((status) => ({ operationId: 'getApp', status }));

describe('coverageFindings', () => {
  it('is content when every documented status was seen', () => {
    const findings = coverageFindings(getApp, seen(200, 400, 401, 403, 404, 429));
    expect(findings).toEqual({ documented: 6, missing: [], undocumented: [] });
  });

  it('names what no test produced', () => {
    expect(coverageFindings(getApp, seen(200, 400, 401, 404)).missing).toEqual(['getApp 403', 'getApp 429']);
  });

  it('names what was answered without being documented, 500 above all', () => {
    expect(coverageFindings(getApp, seen(200, 409, 500, 503)).undocumented).toEqual([
      'getApp 409',
      'getApp 500',
    ]);
  });
});
