/** A mail as the inbox shows it. */
export interface Message {
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly receivedAt: string;
  /** Whom the envelope was for: what decides where a real server delivers. */
  readonly to: readonly string[];
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  /** As it was sent; shown in a sandbox only. */
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}
