import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { simpleParser } from 'mailparser';
import pg from 'pg';
import { SMTPServer } from 'smtp-server';
import { createMailer } from '../src/mailer.ts';
import { createMailQueue, type MailQueue } from '../src/mail-queue.ts';
import { MailSender, type MailMetric } from '../src/mail-sender.ts';

const key = randomBytes(32);
let database: pg.Client;
let databaseUrl: string;
let dropDatabase: () => Promise<void>;
let smtp: SMTPServer;
let received: string[];
/** SMTP code to refuse the recipient with. */
let refusal: number | null;
const senders: MailSender[] = [];
let metrics: MailMetric[];
let errors: unknown[];

beforeAll(async () => {
  const { urls, secrets } = JSON.parse(readFileSync(process.env['PCFT_STACK'] ?? '', 'utf8')) as {
    urls: { database: { platform: string } };
    secrets: { databasePasswords: { postgres: string } };
  };
  const superuser = new URL(urls.database.platform);
  superuser.username = 'postgres';
  superuser.password = secrets.databasePasswords.postgres;
  superuser.pathname = '/postgres';
  const name = `mail_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: superuser.href });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const own = new URL(superuser);
  own.pathname = `/${name}`;
  databaseUrl = own.href;
  database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  await database.query(readFileSync(join(import.meta.dirname, '..', 'mail.sql'), 'utf8'));
  dropDatabase = async () => {
    await database.end();
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  };
});
afterAll(() => dropDatabase());

beforeEach(async () => {
  [received, refusal, metrics, errors] = [[], null, [], []];
  smtp = await listen(0);
});
afterEach(async () => {
  await Promise.all(senders.splice(0).map((sender) => sender.stop()));
  await close(smtp);
  await database.query('DELETE FROM queued_mail');
});

async function listen(port: number): Promise<SMTPServer> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onRcptTo: (_address, _session, done) =>
      done(refusal === null ? null : Object.assign(new Error('no'), { responseCode: refusal })),
    onData(stream, { envelope }, done) {
      void simpleParser(stream).then(({ subject }) => {
        received.push(`${envelope.rcptTo[0]?.address ?? ''} ${subject ?? ''}`);
        done();
      });
    },
  });
  server.on('error', () => undefined);
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  return server;
}

const close = (server: SMTPServer) => new Promise<void>((resolve) => server.close(() => resolve()));
const portOf = (server: SMTPServer) => (server.server.address() as AddressInfo).port;

function start(withKey = key): MailSender {
  const sender = new MailSender({
    databaseUrl,
    service: 'test',
    key: withKey,
    mailer: createMailer({ url: `smtp://127.0.0.1:${String(portOf(smtp))}`, from: 'no-reply@suite.example' }),
    pollMs: 20,
    firstRetryMs: 50,
    onMetric: (metric) => metrics.push(metric),
    onError: (error) => errors.push(error),
  });
  senders.push(sender);
  sender.start();
  return sender;
}

const transactionOf = (client: pg.Client) => ({
  $executeRawUnsafe: async (text: string, ...values: unknown[]) =>
    (await client.query(text, values)).rowCount ?? 0,
});

const queue = (onQueued = () => {}): MailQueue => createMailQueue({ key, onQueued });

async function put(subject: string, ttlSeconds = 60): Promise<void> {
  await queue().queue(transactionOf(database), {
    to: 'ann@example.com',
    kind: 'test-mail',
    content: { subject, paragraphs: [`the secret of ${subject}`] },
    ttlSeconds,
  });
}

const waiting = async () => (await database.query('SELECT id FROM queued_mail')).rowCount;

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within 10 s; received: ${received.join()}`);
    await sleep(10);
  }
}

describe('a queued mail', () => {
  it('is sent when its change is committed, and never when it is rolled back', async () => {
    start();
    await database.query('BEGIN');
    await put('undone');
    await database.query('ROLLBACK');
    await database.query('BEGIN');
    await put('done');
    await sleep(150);
    expect(received).toEqual([]);
    await database.query('COMMIT');
    await until(() => received.length > 0);
    await until(async () => (await waiting()) === 0);
    expect(received).toEqual(['ann@example.com done']);
    expect(metrics).toContainEqual(expect.objectContaining({ name: 'sent', kind: 'test-mail' }));
  });

  it('stands in the database without a word that can be read', async () => {
    await put('x');
    const { rows } = await database.query<{ row: string; sealed: Buffer }>(
      'SELECT queued_mail::text AS row, sealed FROM queued_mail',
    );
    for (const word of ['ann', 'secret', 'example'])
      expect([rows[0]?.row.includes(word), rows[0]?.sealed.includes(word)]).toEqual([false, false]);
  });

  it('waits for a server that is away, and is sent once when it is back', async () => {
    const port = portOf(smtp);
    start();
    await close(smtp);
    await put('patient');
    await until(() => metrics.some(({ name }) => name === 'retried'));
    expect(await waiting()).toBe(1);
    smtp = await listen(port);
    await until(async () => (await waiting()) === 0);
    expect(received).toEqual(['ann@example.com patient']);
    expect(JSON.stringify(errors.map(String))).not.toContain('ann');
  });

  it('is sent once, however many senders there are', async () => {
    for (let n = 0; n < 60; n++) await put(String(n));
    for (let n = 0; n < 4; n++) start();
    await until(async () => (await waiting()) === 0);
    expect(new Set(received).size).toBe(60);
    expect(received).toHaveLength(60);
  });

  it('is left to another sender when the one that took it has died', async () => {
    await put('orphan');
    // As a sender leaves it: taken, never sent. Its time is brought forward.
    await database.query(
      `UPDATE queued_mail SET attempts = 1, next_at = now() + interval '200 milliseconds'`,
    );
    start();
    await sleep(100);
    expect(received).toEqual([]);
    await until(() => received.length === 1);
  });

  it('is given up at once when the recipient is refused for good, and tried again when for now', async () => {
    refusal = 550;
    start();
    await put('refused');
    await until(async () => (await waiting()) === 0);
    expect(metrics).toContainEqual({ name: 'given-up', kind: 'test-mail', why: 'refused' });
    refusal = 451;
    await put('greylisted');
    await until(() => metrics.some(({ name }) => name === 'retried'));
    refusal = null;
    await until(() => received.length === 1);
  });

  it('is given up when its time is over', async () => {
    refusal = 451;
    start();
    await put('late', 1);
    await until(async () => (await waiting()) === 0);
    expect(metrics).toContainEqual({ name: 'given-up', kind: 'test-mail', why: 'expired' });
    expect(received).toEqual([]);
  });

  it('stays when the key is another one, and is sent with its own', async () => {
    const wrong = start(randomBytes(32));
    await put('sealed');
    await until(() => errors.length > 0);
    await wrong.stop();
    expect([await waiting(), received]).toEqual([1, []]);
    start();
    await until(() => received.length === 1);
  });
});
