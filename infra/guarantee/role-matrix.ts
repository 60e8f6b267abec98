import {
  connectSuite,
  createWorld,
  measureRoleMatrix,
  readStackFile,
  roleMatrixFaults,
  roleMatrixTable,
} from '@pcft/testing';
import { withStack } from '../stack/with-stack.ts';

/** `npm run matrix`: every decided operation as every role, on a suite of its own. */
export async function proveRoleMatrix(): Promise<boolean> {
  return withStack({ log: () => undefined }, async (stackFile) => {
    const suite = await connectSuite(readStackFile(stackFile));
    try {
      const cells = await measureRoleMatrix(suite, await createWorld(suite));
      console.log(`\nallowed / operations, by role and access level\n\n${roleMatrixTable(cells)}`);
      return cells.length > 0 && roleMatrixFaults(cells).length === 0;
    } finally {
      await suite.close();
    }
  });
}
