import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

export interface RedisServer {
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** A real redis-server that keeps nothing on disk; resolves once it takes connections. */
export async function startRedis(port: number, ...options: readonly string[]): Promise<RedisServer> {
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...options],
    { cwd: tmpdir(), stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const ended = once(server, 'close');
  for await (const text of server.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false }))
    if (/Ready to accept connections/.test(text as string)) break;
  server.stdout.resume();
  return {
    process: server,
    async stop() {
      server.kill('SIGKILL');
      await ended;
    },
  };
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
