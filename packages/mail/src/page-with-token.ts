/** The address of an app's own page with a one-time token in its query, as the app's settings promise it. */
export function pageWithToken(page: string, token: string): string {
  const url = new URL(page);
  url.searchParams.set('token', token);
  return url.href;
}
