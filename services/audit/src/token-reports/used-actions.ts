import { compilePolicy, evaluate, type ActionDeclaration, type Statement } from '@pcft/policy';
import type { PastCall } from './past-calls.ts';

export interface UsedAction {
  calls: number;
  refused: number;
  lastAt: Date | null;
  /** Resources of allowed calls, with their number. Bounded: `more` says that there were others. */
  readonly resources: Set<string>;
  more: boolean;
}

export interface UsedStatement {
  calls: number;
  lastAt: Date | null;
}

/** Far more than a policy would name one by one; a token that walks over everything must not fill the memory. */
const resourcesKept = 1_000;

/** What a token did, gathered call by call, the newest first. */
export class Usage {
  readonly actions = new Map<string, UsedAction>();
  readonly statements: readonly UsedStatement[];
  readonly #policy: ReturnType<typeof compilePolicy>;

  constructor(statements: readonly Statement[]) {
    this.#policy = compilePolicy(statements);
    this.statements = statements.map(() => ({ calls: 0, lastAt: null }));
  }

  see({ action, resource, at, refusedBy }: PastCall): void {
    const used = this.actions.get(action) ?? {
      ...{ calls: 0, refused: 0, lastAt: null, resources: new Set<string>(), more: false },
    };
    this.actions.set(action, used);
    const { statement } = evaluate(this.#policy, action, resource);
    const decided = statement === null ? undefined : this.statements[statement];
    if (decided) {
      decided.calls++;
      decided.lastAt ??= at;
    }
    if (refusedBy !== null) {
      used.refused++;
      return;
    }
    used.calls++;
    used.lastAt ??= at;
    if (used.resources.size < resourcesKept || used.resources.has(resource)) used.resources.add(resource);
    else used.more = true;
  }

  /** Actions that the policy grants somewhere and that were not used. */
  unused(catalogue: readonly ActionDeclaration[]): string[] {
    return catalogue
      .map(({ action }) => action)
      .filter((action) => grants(this.#policy.statements, action) && !this.actions.get(action)?.calls);
  }
}

/** Whether some statement allows the action where nothing denies it altogether. */
function grants(statements: readonly Statement[], action: string): boolean {
  const policy = compilePolicy(statements.filter(({ effect }) => effect === 'allow'));
  const denied = compilePolicy(
    statements.filter(({ effect, resources }) => effect === 'deny' && resources.includes('*')),
  );
  const somewhere = statements.some(
    ({ effect, resources }) =>
      effect === 'allow' &&
      resources.some((resource) => evaluate(policy, action, anyUnder(resource)).effect === 'allow'),
  );
  return somewhere && evaluate(denied, action, 'pcft:any:any/any').reason !== 'explicit-deny';
}

/** A URN that the pattern covers. */
const anyUnder = (pattern: string): string => (pattern === '*' ? 'pcft:any:any/any' : pattern);
