import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { messageOf, SemtelError, traceOf } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import type { Service } from '../service/exchange.ts';
import { pagePolicy, statusPage } from './page/statusPage.ts';
import { jobMessage } from './wire.ts';

export interface StatusOptions {
  readonly service: Pick<Service, 'serving' | 'jobs' | 'overview'>;
  /** `host:port`; port 0 takes a free one. */
  readonly listen: string;
  /** All metrics as Prometheus text. */
  readonly scrape: () => Promise<{ readonly contentType: string; readonly body: string }>;
  readonly log: Log;
}

export interface RunningStatus {
  readonly port: number;
  close(): Promise<void>;
}

interface Page {
  readonly code: number;
  readonly contentType: string;
  readonly body: string;
  /** What a browser may do with it; by default nothing. */
  readonly policy?: string;
}

const text = (code: number, body: string): Page => ({ code, contentType: 'text/plain; charset=utf-8', body });

async function pageOf(path: string, options: StatusOptions, startedMs: number): Promise<Page> {
  const { service } = options;
  switch (path) {
    case '/healthz':
      return text(200, 'alive\n');
    case '/readyz':
      return service.serving ? text(200, 'ready\n') : text(503, 'draining\n');
    case '/metrics':
      return { code: 200, ...(await options.scrape()) };
    case '/jobs': {
      const body = `${JSON.stringify({ jobs: service.jobs().map(jobMessage) })}\n`;
      return { code: 200, contentType: 'application/json', body };
    }
    case '/': {
      const body = statusPage(service.overview(), { host: hostname(), startedMs, nowMs: Date.now() });
      return { code: 200, contentType: 'text/html; charset=utf-8', body, policy: pagePolicy };
    }
    default:
      return text(404, 'There are /, /metrics, /healthz, /readyz and /jobs.\n');
  }
}

function reply(
  response: ServerResponse,
  { code, contentType, body, policy = "default-src 'none'" }: Page,
): void {
  response.writeHead(code, {
    'content-type': contentType,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': policy,
  });
  response.end(body);
}

function listening(server: Server, listen: string): Promise<number> {
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(listen) ?? [];
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const fault = `The status page cannot listen on ${listen}: ${messageOf(error)}`;
      reject(new SemtelError('config', fault, { cause: error }));
    });
    server.listen(Number(port), host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Serves the status port over plain HTTP; it tells, and takes no orders. Rejects `config` if it cannot listen. */
export async function startStatus(options: StatusOptions): Promise<RunningStatus> {
  const startedMs = Date.now();
  const server = createServer(async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return reply(response, text(405, 'Only GET is answered here.\n'));
    }
    const path = (request.url ?? '/').replace(/[?#].*$/s, '');
    try {
      reply(response, await pageOf(path, options, startedMs));
    } catch (error) {
      options.log.error('The status page failed.', { path, trace: traceOf(error) });
      reply(response, text(500, 'Internal error; the log of the server says more.\n'));
    }
  });
  const port = await listening(server, options.listen);
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
