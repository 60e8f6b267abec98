import { object, oneOf, Type } from '../schema.ts';

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
