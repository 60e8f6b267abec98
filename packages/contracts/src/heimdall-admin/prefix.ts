/** Seed 001 writes its routes under `/heimdall`; they are the same operations. */
export function underHeimdall(path: string): { path: string; aliases: readonly string[] } {
  return { path, aliases: [`/heimdall${path}`] };
}
