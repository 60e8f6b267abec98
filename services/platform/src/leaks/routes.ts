import { type platformOperations as operations } from '@pcft/contracts';
import { TOKEN_PREFIXES, tokenForm, type TokenKind } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import { reportLeaks, type LeakPorts } from './report-leaks.ts';
import type { ScanningKeys } from './scanning-keys.ts';

type LeakOperations = Pick<typeof operations, 'reportLeakedTokens' | 'getSecretScanning'>;

/** What the kinds are, in words for whoever scans. */
const descriptions: Partial<Record<TokenKind, string>> = {
  pat: 'Personal Access Token',
  'pat-test': 'Personal Access Token of a test workspace',
  'pat-quickstart': 'Personal Access Token minted as an API key',
  'client-secret': 'Secret of a machine credential of an app',
  'app-key': 'API key of an app',
  'refresh-token': 'Refresh token of an end user',
  'invite-token': 'Token of an invitation',
  session: 'Session of an account',
};

export function leakHandlers(
  ports: LeakPorts & { readonly scanningKeys: ScanningKeys; readonly publicUrl: string },
): Handlers<LeakOperations> {
  const kinds = Object.keys(TOKEN_PREFIXES) as TokenKind[];
  const scanning = {
    alerts: {
      url: `${ports.publicUrl.replace(/\/$/, '')}/v1/secret-scanning/alerts`,
      format: 'GitHub secret scanning partner program',
      algorithm: 'ECDSA-NIST-P256V1-SHA256',
    },
    pattern: tokenForm(kinds),
    types: kinds.map((kind) => ({
      type: `productcraft_${kind.replaceAll('-', '_')}`,
      prefix: TOKEN_PREFIXES[kind],
      pattern: tokenForm([kind]),
      description: descriptions[kind] ?? 'Secret',
    })),
    checksum: {
      algorithm: 'CRC-32 (ISO-HDLC, as in zlib)',
      over: 'everything before the checksum, prefix included, as ASCII',
      encoding: 'base62 (0-9, A-Z, a-z), most significant digit first, padded with 0',
      length: 6,
    },
  };
  return {
    async reportLeakedTokens({ body, headers, request, audit }) {
      const keyId = headers['github-public-key-identifier'];
      const signature = headers['github-public-key-signature'];
      const { rawBody } = request;
      if (!keyId || !signature || !rawBody || !ports.scanningKeys.verify(keyId, signature, rawBody))
        throw new Fault('signature-invalid');
      const matches = body.map(({ token, type, url = '', source = '' }) => ({ token, type, url, source }));
      const reporter = {
        keyId,
        requestId: request.id,
        traceId: request.traceId,
        ip: request.clientIp,
        userAgent: request.userAgent,
      };
      const judged = await reportLeaks(ports, matches, reporter);
      // Each leak has left its row in the log of those it concerns; the call itself is nobody's.
      audit.nothingChanged();
      return judged.map(({ tokenHash, type, label }) => ({ token_hash: tokenHash, token_type: type, label }));
    },

    async getSecretScanning() {
      return scanning;
    },
  };
}
