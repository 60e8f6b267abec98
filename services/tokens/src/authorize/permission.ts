/** Whether a permission of a role, `resource:verb` with `*` for either side, covers one that is needed. */
export function covers(granted: string, needed: string): boolean {
  const [grantedResource, grantedVerb] = halves(granted);
  const [neededResource, neededVerb] = halves(needed);
  return side(grantedResource, neededResource) && side(grantedVerb, neededVerb);
}

/** True when every needed permission is covered by some granted one. */
export function coversAll(granted: readonly string[], needed: readonly string[]): boolean {
  return needed.every((permission) => granted.some((grant) => covers(grant, permission)));
}

/** Asked for literally, `*` is only covered by `*`: nobody may do everything by being allowed something. */
function side(granted: string, needed: string): boolean {
  return granted === '*' || granted === needed;
}

function halves(permission: string): [string, string] {
  const colon = permission.indexOf(':');
  return [permission.slice(0, colon), permission.slice(colon + 1)];
}
