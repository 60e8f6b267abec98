import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, getCACertificates } from 'node:tls';
import { toWire } from '../audit-log/routes.ts';
import type { AuditRow } from '../audit-log/audit-row.ts';
import { DeliveryFailed, type Destination, type SinkMessage } from './delivery.ts';

export type SendSyslog = (url: string, to: Destination, message: SinkMessage) => Promise<void>;

export interface SyslogOptions {
  /** `host:port` of every receiver that may be named. */
  readonly allowed: readonly string[];
  /** Certificates in PEM that receivers may be vouched for by, beside those that Node trusts. */
  readonly ca?: string | null;
  /** HOSTNAME of RFC 5424. */
  readonly hostname: string;
  readonly timeoutMs?: number;
}

/** Whether the operator lets sinks name this receiver. */
export function isAllowedSyslog(url: string, allowed: readonly string[]): boolean {
  return (
    URL.canParse(url) &&
    /^syslog\+(tls|tcp):$/.test(new URL(url).protocol) &&
    allowed.includes(new URL(url).host)
  );
}

/**
 * RFC 5424 messages, one a row, counted in octets (RFC 6587 section 3.4.1, RFC 5425 section 4.3) over a connection a batch. Syslog
 * has no acknowledgement: taken is what the receiver's side of the connection has accepted when it closes in order. Over TLS
 * the receiver has to prove that it is the one named (RFC 5425 section 4.2.2); there is no way back to plain.
 */
export function createSyslog({ allowed, ca, hostname, timeoutMs = 10_000 }: SyslogOptions): SendSyslog {
  const trusted = ca ? { ca: [...getCACertificates('default'), ca] } : {};
  return (url, to, message) => {
    // Asked again at every delivery: the operator may have changed the list.
    if (!isAllowedSyslog(url, allowed)) throw new DeliveryFailed('is not a receiver that is allowed here');
    const { protocol, hostname: host, port } = new URL(url);
    const text = messagesOf(to, message, hostname).map(counted).join('');
    return new Promise((done, failed) => {
      const address = { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
      // An address is compared as well, but not sent ahead (RFC 6066 section 3).
      const named = isIP(address.host) === 0 ? { servername: address.host } : {};
      const socket: Socket =
        protocol === 'syslog+tls:' ? connectTls({ ...address, ...named, ...trusted }) : connectTcp(address);
      let sent = false;
      socket.setTimeout(timeoutMs, () => socket.destroy(new Error('did not take it in time')));
      socket.once('error', (error: NodeJS.ErrnoException) =>
        failed(new DeliveryFailed(error.code ?? error.message)),
      );
      socket.once(protocol === 'syslog+tls:' ? 'secureConnect' : 'connect', () => {
        socket.end(text, () => {
          sent = true;
        });
      });
      // Whatever it says is read away, so that its end is seen.
      socket.resume();
      socket.once('close', () => (sent ? done() : failed(new DeliveryFailed('broke off'))));
    });
  };
}

const counted = (text: string): string => `${Buffer.byteLength(text)} ${text}`;

function messagesOf(to: Destination, { type, at, rows }: SinkMessage, hostname: string): string[] {
  if (type === 'audit.test')
    return [
      syslogMessage({
        at,
        severity: 6,
        msgId: type,
        hostname,
        text: JSON.stringify({ type, sink_id: to.id }),
      }),
    ];
  return rows.map((row) =>
    syslogMessage({
      at: row.occurredAt,
      severity: severityOf(row),
      msgId: row.event?.action ?? 'audit.unreadable',
      hostname,
      text: JSON.stringify(toWire(row)),
    }),
  );
}

/** RFC 5424 section 6.2.1: facility 13, log audit; informational, warning, error. */
const facility = 13;

function severityOf({ event }: AuditRow): number {
  return { success: 6, denied: 4, failed: 3 }[event?.outcome ?? 'failed'];
}

export function syslogMessage(parts: {
  readonly at: Date;
  readonly severity: number;
  readonly msgId: string;
  readonly hostname: string;
  readonly text: string;
}): string {
  const { at, severity, msgId, hostname, text } = parts;
  const header = [
    `<${facility * 8 + severity}>1`,
    at.toISOString(),
    printable(hostname, 255),
    'productcraft-audit',
    '-',
    printable(msgId, 32),
    '-',
  ];
  // The mark says that the text is UTF-8 (section 6.4).
  return `${header.join(' ')} \u{FEFF}${text}`;
}

const printable = (text: string, most: number): string =>
  text.replaceAll(/[^!-~]/g, '_').slice(0, most) || '-';
