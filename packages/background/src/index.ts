export { Pruning, type Prunable } from './pruning.ts';
export { Rounds, type RoundsOptions } from './rounds.ts';
export { WakeUp } from './wake-up.ts';
