export { dialects, type Dialect } from './dialect.ts';
export {
  faultCatalogue,
  faultDeclaration,
  type FaultDeclaration,
  type FaultName,
  type Wording,
} from './catalogue.ts';
export { Fault, invalid, unavailable, type FaultDetail, type FaultOptions } from './fault.ts';
export { renderFault, statusOf, wordingOf, type RenderedFault } from './render.ts';
export { tooManyGuesses } from './too-many-guesses.ts';
