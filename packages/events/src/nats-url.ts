/** What nats.js needs of a NATS URL. It ignores the user information in URLs, so that is taken apart here. */
export interface NatsAddress {
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
}

/** `nats://user:password@host:port`, or several of them, comma-separated; the first credentials serve for all. */
export function parseNatsUrl(url: string): NatsAddress {
  const parts = url.split(',').map((part) => new URL(part.trim()));
  const [first] = parts.filter(({ username }) => username !== '');
  return {
    servers: parts.map(({ protocol, host }) => `${protocol === 'tls:' ? 'tls' : 'nats'}://${host}`),
    ...(first && { user: decodeURIComponent(first.username), pass: decodeURIComponent(first.password) }),
  };
}
