import { join } from 'node:path';

/** The checkout's root. */
export const rootFolder = join(import.meta.dirname, '..');

/** What is fetched once per checkout: engines that come from Debian packages. */
export const cacheFolder = join(rootFolder, '.cache', 'engines');

/** Node keeps compiled and type-stripped code here: a service starts in a third of the time. */
export const compileCacheFolder = join(rootFolder, '.cache', 'compile');
