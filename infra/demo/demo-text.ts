import type { Demo } from './ensure-demo.ts';

/** What `npm start` prints at the end. The last line can be pasted into a shell. */
export function demoText(publicUrl: string, demo: Demo, seconds: number): string {
  return `
ready after ${seconds.toFixed(1)} s

  URL         ${publicUrl}
  e-mail      ${demo.email}
  password    ${demo.password}
  workspace   ${demo.workspace.slug} (${demo.workspace.id})
  PAT         ${demo.token}

Ctrl-C stops everything. Try it:

curl -s ${publicUrl}/v1/introspect -H "Authorization: Bearer ${demo.token}"
`;
}
