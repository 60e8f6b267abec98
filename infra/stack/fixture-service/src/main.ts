/** The smallest process that behaves like a service: ready at once, drains on SIGTERM. Used by stack.test.ts only. */
import { createServer } from 'node:http';

const server = createServer((_request, response) => response.end('{"status":"ready"}'));
server.listen(Number(process.env['PORT']), process.env['HOST']);
process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close(() => process.exit(0));
});
