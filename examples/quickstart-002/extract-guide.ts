/** The languages of the guide's programs, in the order in which each step prints them. */
export const languages = ['curl', 'javascript', 'python'] as const;
export type Language = (typeof languages)[number];

export type Piece =
  | { readonly kind: 'prose'; readonly text: string }
  | { readonly kind: 'program'; readonly language: Language; readonly step: number; readonly text: string }
  | { readonly kind: 'response'; readonly step: number; readonly text: string };

/**
 * How one kind of text goes over into the next. The page lost its fences and the line breaks around them, so `});import
 * requests` is where a program in JavaScript ends and one in Python begins. Each expression matches the seam itself, of no
 * width; a new line before it is part of what comes first.
 */
const seams = {
  /** A line that is a command or a comment above one. */
  prose: { curl: /(?<=\n)(?=curl |# )/, response: /(?<=(?:Response|looks like this):\n)(?=\{)/ },
  /** The quote that ends the command, then a statement or a comment. */
  curl: { javascript: /(?<=['"])(?=const |\/\/ )/ },
  /** The end of a statement or of the comment behind it, then an import or what the guide calls every answer. */
  javascript: { python: /(?<=[;\w])(?=import [a-z]|res = session\.)/ },
  /** The end of a call or of the comment behind one, then a sentence. */
  python: { prose: /(?<=[)]|shown once)(?=[A-Z][a-z]*[ :])/ },
  /** The brace that stands alone on the last line, then a sentence or a heading. */
  response: { prose: /(?<=\n\})(?=[A-Z]|\n[^}\s])/ },
} as const;

/**
 * Takes the guide apart into programs, printed responses and the prose around them. Nothing is dropped and nothing
 * changed: the pieces one after the other are the document.
 *
 * @throws Error when a step's programs do not stand in the order curl, JavaScript, Python
 */
export function extractGuide(document: string): Piece[] {
  const pieces: Piece[] = [];
  let rest = document;
  let step = 0;
  const take = (seam: RegExp): string => {
    const at = seam.exec(rest)?.index;
    // A seam of a later step would be found as well: then this one's is missing.
    if (
      at === undefined ||
      (seam !== seams.prose.curl && seam !== seams.prose.response && /\nStep \d/.test(rest.slice(0, at)))
    )
      throw new Error(`step ${String(step)}: no ${String(seam)} after ${rest.slice(0, 80)}`);
    const text = rest.slice(0, at);
    rest = rest.slice(at);
    return text;
  };
  for (;;) {
    const next = nextOf(rest);
    if (next === null) break;
    const prose = take(seams.prose[next]);
    pieces.push({ kind: 'prose', text: prose });
    step = Number([...prose.matchAll(/^Step (\d+) — /gm)].at(-1)?.[1] ?? step);
    if (next === 'response') {
      pieces.push({ kind: 'response', step, text: take(seams.response.prose) });
      continue;
    }
    pieces.push({ kind: 'program', language: 'curl', step, text: take(seams.curl.javascript) });
    pieces.push({ kind: 'program', language: 'javascript', step, text: take(seams.javascript.python) });
    pieces.push({ kind: 'program', language: 'python', step, text: take(seams.python.prose) });
  }
  pieces.push({ kind: 'prose', text: rest });
  return pieces;
}

/** What ends the prose at the beginning of `rest`, whichever comes first; null when prose is all there is left. */
function nextOf(rest: string): 'curl' | 'response' | null {
  const at = { curl: rest.search(seams.prose.curl), response: rest.search(seams.prose.response) };
  if (at.curl < 0 && at.response < 0) return null;
  if (at.curl < 0) return 'response';
  return at.response >= 0 && at.response < at.curl ? 'response' : 'curl';
}

/** The programs of one language, in the order of their steps. */
export function programsOf(pieces: readonly Piece[], language: Language): string[] {
  return pieces.flatMap((piece) =>
    piece.kind === 'program' && piece.language === language ? [piece.text] : [],
  );
}

/** The response that the guide prints for a step. @throws Error when there is none */
export function responseOf(pieces: readonly Piece[], step: number): unknown {
  const found = pieces.find((piece) => piece.kind === 'response' && piece.step === step);
  if (!found) throw new Error(`the guide prints no response in step ${String(step)}`);
  return JSON.parse(found.text) as unknown;
}
