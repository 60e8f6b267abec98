import { id, object, oneOf, Type } from '../schema.ts';

/**
 * A policy as it is in force. Not bounded like a submitted one: shorthands write out every action, and a child token
 * carries its parent's denials. Empty where a shorthand had nothing that the role of its creator allows.
 */
export const grantedPolicy = () =>
  Type.Array(
    object({
      effect: oneOf(['allow', 'deny']),
      actions: Type.Array(Type.String()),
      resources: Type.Array(Type.String()),
    }),
    { description: 'The statements in force; an explicit deny wins.' },
  );

/** Managed policies to be attached: to tokens and roles alike. */
export const attachedPolicies = () =>
  Type.Array(id('pol'), {
    minItems: 1,
    maxItems: 25,
    uniqueItems: true,
    description: 'Managed policies of the workspace; their current versions count, at every call.',
  });

/** Statements that decide nothing, as `packages/policy` finds them. */
export const policyWarnings = () =>
  Type.Array(
    object({
      statement: Type.Integer(),
      kind: oneOf(['redundant', 'shadowed']),
      by: Type.Integer({ description: 'The statement that makes it so.' }),
      message: Type.String(),
    }),
    { description: 'Statements that decide nothing.' },
  );

/** Large enough for a policy that has far too many statements to be told so (400), instead of being cut off (413). */
export const policyBodyBytes = 1024 * 1024;

/** One paragraph that says what something is for; may be empty. */
export const description = () =>
  Type.String({ maxLength: 500, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$' });

/** The version a change was made on: another one is in force by now, and nothing is changed (409). */
export const expectedVersion = () => Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000 }));
