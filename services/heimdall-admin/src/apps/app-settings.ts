import { defaultAppSettings, type AppSettings, type AppSettingsPatch } from '@pcft/contracts';
import { invalid } from '@pcft/errors';

/** What holds for an app: what it has chosen, and the default of the moment for everything else. */
export function effectiveSettings(chosen: AppSettingsPatch): AppSettings {
  return merge(defaultAppSettings, chosen) as AppSettings;
}

/**
 * What an app has chosen after a PATCH: objects are merged, lists and single values replaced, and what is left out
 * stays.
 *
 * @throws Fault `validation` naming the setting when the outcome contradicts itself
 */
export function chooseSettings(chosen: AppSettingsPatch, patch: AppSettingsPatch): AppSettingsPatch {
  const next = merge(chosen, patch) as AppSettingsPatch;
  assertConsistent(effectiveSettings(next));
  return next;
}

/** Objects below `patch` are merged into those of `held`, everything else replaces. */
function merge(held: unknown, patch: unknown): unknown {
  if (!isObject(held) || !isObject(patch)) return patch;
  const merged: Record<string, unknown> = { ...held };
  for (const [key, value] of Object.entries(patch)) merged[key] = merge(held[key], value);
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What every mail can tell; beside it stands what this one is sent for. */
const placeholders: readonly string[] = ['app', 'name', 'email'];

/** What the text of a template has to contain: where the mail leads to, or what has happened. */
function purposeOf(kind: string): string {
  return kind === 'second_factor' ? 'event' : 'url';
}

/** What the schema cannot say. */
function assertConsistent({ sessions, mail, allowed_origins: origins }: AppSettings): void {
  if (sessions.idle_seconds > sessions.lifetime_seconds)
    throw invalid('sessions.idle_seconds', 'longer than sessions.lifetime_seconds');
  for (const [kind, template] of Object.entries(mail.templates)) {
    if (!template) continue;
    const purpose = purposeOf(kind);
    const unknown = [...`${template.subject} ${template.text}`.matchAll(/\{\{(.*?)\}\}/gs)]
      .map(([, name]) => name ?? '')
      .find((name) => name !== purpose && !placeholders.includes(name));
    if (unknown !== undefined)
      throw invalid(`mail.templates.${kind}`, `unknown placeholder {{${unknown.slice(0, 40)}}}`);
    if (!template.text.includes(`{{${purpose}}}`))
      throw invalid(`mail.templates.${kind}.text`, `has to contain {{${purpose}}}`);
  }
  for (const [kind, link] of Object.entries(mail.links))
    if (link !== null && !isPlainUrl(link)) throw invalid(`mail.links.${kind}`, 'not the address of a page');
  const wrong = origins.findIndex((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
  if (wrong >= 0) throw invalid(`allowed_origins.${wrong}`, 'not an origin as a browser sends it');
}

/** Without credentials and fragment: mails add a query to it. */
function isPlainUrl(link: string): boolean {
  if (!URL.canParse(link)) return false;
  const { username, password, hash } = new URL(link);
  return username === '' && password === '' && hash === '';
}
