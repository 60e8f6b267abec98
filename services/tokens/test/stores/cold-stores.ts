import { createPrismaAdapter } from '@pcft/database';
import { readStackFile } from '@pcft/testing';
import { PrismaClient } from '../../generated/prisma/client.ts';
import { ChangeCommitter } from '../../src/changes/change-committer.ts';
import type { WarmAnswers } from '../../src/warm/warm-answers.ts';
import { createWarmDirectory, type WarmDirectory } from '../../src/warm/warm-directory.ts';

/** The real database of the stack, as a process without a lease sees it: every answer is read. */
export interface ColdStores {
  readonly prisma: PrismaClient;
  readonly changes: ChangeCommitter;
  readonly warm: WarmDirectory;
}

export function connectColdStores(applicationName: string): ColdStores {
  const url = readStackFile().urls.database['tokens'] ?? '';
  const prisma = new PrismaClient({ adapter: createPrismaAdapter({ url, applicationName }) });
  const answers: WarmAnswers = {
    get: async (_, load) => (await load())?.value ?? null,
    start: () => undefined,
    stop: () => Promise.resolve(),
    leaseValid: () => false,
  };
  return {
    prisma,
    changes: new ChangeCommitter({ database: prisma, barrier: { passed: () => Promise.resolve('waited') } }),
    warm: createWarmDirectory(answers, prisma),
  };
}
