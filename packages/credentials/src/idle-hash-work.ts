import { enterLowestClass } from './lowest-class.ts';

export { carryOut } from './hash-work.ts';

enterLowestClass();
