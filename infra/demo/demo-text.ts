import type { Demo } from './ensure-demo.ts';

/** What `npm start` prints at the end. The last line can be pasted into a shell. */
export function demoText(demo: Demo, inboxUrl: string | null, seconds: number): string {
  return `
ready after ${seconds.toFixed(1)} s

  URL         ${demo.url}
  e-mail      ${demo.email}
  password    ${demo.password}
  workspace   ${demo.workspace.slug} (${demo.workspace.id})
  PAT         ${demo.pat.secret}
${inboxUrl === null ? '' : `  inbox       ${inboxUrl} (mail that the suite sends)\n`}
Ctrl-C stops everything. Try it:

curl -s ${demo.url}/v1/introspect -H "Authorization: Bearer ${demo.pat.secret}"
`;
}
