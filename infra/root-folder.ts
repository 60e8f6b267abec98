import { join } from 'node:path';

/** The checkout's root. */
export const rootFolder = join(import.meta.dirname, '..');

/** What is fetched once per checkout: engines that come from Debian packages. */
export const cacheFolder = join(rootFolder, '.cache', 'engines');
