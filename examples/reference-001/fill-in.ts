import type { PrintedRequest } from './extract-reference.ts';

/** What a reader puts in the place of the reference's examples. Everything else of a request is sent as printed. */
export interface Reader {
  /** Origin of the deployment and `/heimdall`, without a slash at its end. */
  readonly baseUrl: string;
  readonly adminKey: string;
  /** Names of apps are global, so every reader has one of their own. */
  readonly appName: string;
  readonly password: string;
}

export const examplesOfTheReference: Readonly<Record<keyof Reader, string>> = {
  baseUrl: 'https://api.productcraft.co/heimdall',
  adminKey: 'YOUR_ADMIN_KEY',
  appName: 'acme-corp',
  password: '"password": "..."',
};

/** A text of the reference with the reader's own values. */
export function fillIn(text: string, reader: Reader): string {
  return text
    .replaceAll(examplesOfTheReference.baseUrl, reader.baseUrl)
    .replaceAll(examplesOfTheReference.adminKey, reader.adminKey)
    .replaceAll(examplesOfTheReference.appName, reader.appName)
    .replaceAll(examplesOfTheReference.password, `"password": ${JSON.stringify(reader.password)}`);
}

/** A printed request with the reader's own values. */
export function fillInRequest(request: PrintedRequest, reader: Reader): PrintedRequest {
  return {
    method: request.method,
    target: fillIn(request.target, reader),
    headers: request.headers.map(([name, value]) => [name, fillIn(value, reader)]),
    body: request.body === null ? null : fillIn(request.body, reader),
  };
}

/** A printed response with the reader's own values. */
export function fillInBody(body: unknown, reader: Reader): unknown {
  return JSON.parse(fillIn(JSON.stringify(body), reader)) as unknown;
}
