import { Prisma } from '../../generated/prisma/client.ts';

type Sql = Prisma.Sql;

/**
 * Statements in force where some stand inline and others in managed policies: the inline ones, then those of each
 * policy's current version. A policy or version that cannot be found gives a statement that nobody can read, and so no
 * decision at all: leaving it out could leave out a denial.
 */
export function effectiveStatements(inline: Sql, policyIds: Sql): Sql {
  return Prisma.sql`
    CASE WHEN ${policyIds} = '{}' THEN ${inline} ELSE ${inline} || (
      SELECT jsonb_agg(entry.value ORDER BY attached.number, entry.number)
      FROM unnest(${policyIds}) WITH ORDINALITY AS attached (id, number)
      LEFT JOIN managed_policy AS named ON named.id = attached.id
      LEFT JOIN managed_policy_version AS current ON current.policy_id = named.id AND current.version = named.version
      CROSS JOIN LATERAL jsonb_array_elements(coalesce(current.statements, '[null]'::jsonb))
        WITH ORDINALITY AS entry (value, number)
    ) END`;
}

/**
 * A child is never wider than its parent. When it was minted that was checked; where policies that may change since are
 * named by it or by an ancestor, every ancestor's statements of this moment have to allow too. Of the row `token`, the eldest first.
 */
export const boundaries = Prisma.sql`
  CASE WHEN token.ancestor_ids <> '{}' AND (token.policy_ids <> '{}' OR EXISTS (
         SELECT FROM access_token AS kin WHERE kin.id = ANY (token.ancestor_ids) AND kin.policy_ids <> '{}'))
       THEN (SELECT jsonb_agg(${effectiveStatements(Prisma.sql`kin.statements`, Prisma.sql`kin.policy_ids`)}
                              ORDER BY cardinality(kin.ancestor_ids))
             FROM access_token AS kin WHERE kin.id = ANY (token.ancestor_ids))
       ELSE '[]'::jsonb END`;
