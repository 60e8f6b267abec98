import { fillPath, sendRequest, type Suite } from '@pcft/testing';

/**
 * Introspects as a service of the suite does: the caller's credential, and the service's own proof beside it. Such
 * calls are not limited, so they lack the headers that every other answer of these operations has.
 */
export async function askAsService(suite: Suite, path: string, credential?: string, params = {}) {
  const answer = await sendRequest({
    origin: suite.serviceUrl('platform'),
    method: 'GET',
    path: fillPath(path, params),
    headers: {
      'x-service-token': suite.stack.secrets.serviceTokens['audit'] ?? '',
      ...(credential?.startsWith('pcft_sess_') && { cookie: `pcft_session=${credential}` }),
      ...(credential?.startsWith('pcft_live_') && { authorization: `Bearer ${credential}` }),
    },
  });
  return { ...answer, body: JSON.parse(answer.text) as Record<string, unknown> };
}
