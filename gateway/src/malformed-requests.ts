import { createId } from '@pcft/credentials';
import { Fault, renderFault } from '@pcft/errors';
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Answers what never becomes a request: bytes that are no HTTP, headers beyond any measure, requests that take too
 * long to arrive, CONNECT. There is no path to go by, so the dialect is the platform's. The connection ends.
 */
export function answerMalformedRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    // Node marks a socket on which an answer is under way; a second head inside its body would be read as content.
    const isAnswering = (socket as { _httpMessage?: { headersSent?: boolean } })._httpMessage?.headersSent;
    if (isAnswering === true) return void socket.destroy();
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return void socket.end(head('408 Request Timeout', 0));
    const fault =
      error.code === 'HPE_HEADER_OVERFLOW' ? new Fault('headers-too-large') : new Fault('ambiguous-request');
    answer(socket, fault);
  });
  server.on('connect', (_request, socket) => answer(socket, new Fault('method-not-allowed')));
}

function answer(socket: Duplex, fault: Fault): void {
  const requestId = createId('req_');
  const { status, body } = renderFault(fault, 'platform', requestId);
  const text = JSON.stringify(body);
  const fields = `Content-Type: application/json; charset=utf-8\r\nCache-Control: no-store\r\nX-Request-Id: ${requestId}\r\n`;
  socket.end(head(`${status} ${reasons[status] ?? 'Bad Request'}`, Buffer.byteLength(text), fields) + text);
}

const reasons: Record<number, string> = { 405: 'Method Not Allowed', 431: 'Request Header Fields Too Large' };

function head(status: string, length: number, fields = ''): string {
  return `HTTP/1.1 ${status}\r\n${fields}Content-Length: ${length}\r\nConnection: close\r\n\r\n`;
}
