/** The four ways in which the suite's surfaces speak (design: one product out of five documents). */
export const dialects = ['platform', 'quickstart', 'craft', 'oauth'] as const;
export type Dialect = (typeof dialects)[number];
