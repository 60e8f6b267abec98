/** The known action, or pattern of known actions, that takes the fewest edits; null for an empty catalogue. */
export function nearestAction(pattern: string, names: readonly string[]): string | null {
  let nearest: string | null = null;
  let fewest = Infinity;
  for (const candidate of candidatesFor(pattern, names)) {
    const edits = editDistance(pattern, candidate, fewest);
    if (edits < fewest) [nearest, fewest] = [candidate, edits];
  }
  return nearest;
}

// `heimdal.*` should be answered with `heimdall.*`, not with one of its actions.
function candidatesFor(pattern: string, names: readonly string[]): Set<string> {
  if (!pattern.includes('*')) return new Set(names);
  const candidates = new Set<string>();
  for (const name of names) {
    const segments = name.split('.');
    for (let i = 1; i < segments.length; i++) {
      candidates.add([...segments.slice(0, i), '*'].join('.'));
      candidates.add(['*', ...segments.slice(i)].join('.'));
      if (i < segments.length - 1)
        candidates.add([...segments.slice(0, i), '*', ...segments.slice(i + 1)].join('.'));
    }
  }
  return candidates;
}

/** Levenshtein distance, given up as Infinity once it cannot be below `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return Infinity;
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    if (Math.min(...row) >= limit) return Infinity;
    previous = row;
  }
  return previous[b.length] as number;
}
