import type { Route } from '@pcft/contracts';

/** How long a route's service may be silent, in milliseconds; `defaultMs` for all without a figure of their own. */
export function routeTimeouts(defaultMs: number): (route: Route) => number {
  return ({ rateClass, method, eventStream }) => {
    // Silent by nature; a comment every 15 s tells that the service is there.
    if (eventStream) return Math.max(defaultMs, 45_000);
    switch (rateClass) {
      // Asked on every request of somebody's application, which has a timeout of its own.
      case 'authorize':
        return Math.min(defaultMs, 5000);
      // Passwords are hashed in a queue that is bounded, but long when many sign in at once.
      case 'sign-in':
      case 'sign-up':
      case 'token':
        return method === 'POST' ? Math.max(defaultMs, 15_000) : defaultMs;
      default:
        return defaultMs;
    }
  };
}
