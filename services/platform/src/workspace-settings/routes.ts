import type { platformOperations as operations, SuccessOf } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import { accessOf } from '../workspaces/routes.ts';
import { updateWorkspaceSettings, type SettingsPorts } from './update-workspace-settings.ts';
import type { WorkspaceSettings } from './workspace-settings.ts';

type SettingsOperations = Pick<typeof operations, 'getWorkspaceSettings' | 'updateWorkspaceSettings'>;

export function workspaceSettingsHandlers(ports: SettingsPorts): Handlers<SettingsOperations> {
  return {
    async getWorkspaceSettings(call) {
      const found = await ports.settings.find(accessOf(call).id);
      if (!found) throw new Fault('not-found');
      return toWire(found);
    },

    async updateWorkspaceSettings(call) {
      const { body } = call;
      const change = {
        maxTokenLifetimeSeconds: body.max_token_lifetime_seconds,
        whoMayMint: body.who_may_mint,
        leakedTokenAction: body.leaked_token_action,
      };
      return toWire(await updateWorkspaceSettings(ports, accessOf(call).id, change, call.audit));
    },
  };
}

function toWire(settings: WorkspaceSettings): SuccessOf<SettingsOperations['getWorkspaceSettings']> {
  return {
    max_token_lifetime_seconds: settings.maxTokenLifetimeSeconds,
    who_may_mint: settings.whoMayMint,
    leaked_token_action: settings.leakedTokenAction,
  };
}
