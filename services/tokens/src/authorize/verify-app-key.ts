import { tokenDigest } from '@pcft/credentials';
import type { OwnCredentialVerifier } from '@pcft/http';
import { coversAll } from './permission.ts';
import type { WarmDirectory } from '../warm/warm-directory.ts';

/** An app API key by the copy of the directory. A revoked or expired one is refused, and its call audited. */
export function verifyAppKey(warm: WarmDirectory, tokenPepper: Buffer): OwnCredentialVerifier {
  return async (token) => {
    const key = await warm.appKey(tokenDigest(tokenPepper, token));
    if (!key) return null;
    const { id, name, appId, workspaceId, active, permissions } = key;
    return {
      principal: { type: 'app-key', id, name, accountId: null, workspaceId, appId },
      workspaceId,
      active,
      allows: (permission) => coversAll(permissions, [permission]),
    };
  };
}
