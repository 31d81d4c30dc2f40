import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noLog } from '../../src/base/log.ts';
import { type StatusOptions, startStatus } from '../../src/server/status.ts';
import { fakeService } from './fakeService.ts';

async function withStatus(
  options: Partial<StatusOptions>,
  work: (get: (path: string, init?: RequestInit) => Promise<Response>) => Promise<void>,
) {
  const status = await startStatus({
    service: fakeService(),
    listen: '127.0.0.1:0',
    scrape: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'semtel_jobs_active 1\n' }),
    log: noLog,
    ...options,
  });
  try {
    await work((path, init) => fetch(`http://127.0.0.1:${status.port}${path}`, init));
  } finally {
    await status.close();
  }
}

test('alive, ready, metrics and jobs are told under their paths', async () => {
  await withStatus({}, async (get) => {
    assert.equal((await get('/healthz')).status, 200);
    assert.equal((await get('/readyz?x=1')).status, 200);
    const metrics = await get('/metrics');
    assert.equal(metrics.headers.get('content-type'), 'text/plain; version=0.0.4');
    assert.equal(await metrics.text(), 'semtel_jobs_active 1\n');
    const { jobs } = (await (await get('/jobs')).json()) as { jobs: { job_id: string }[] };
    assert.equal(jobs[0]?.job_id, 'nightly');
    assert.equal((await get('/etc/passwd')).status, 404);
    assert.equal((await get('/', { method: 'POST' })).status, 405);
  });
});

test('a draining server is alive but not ready', async () => {
  await withStatus({ service: fakeService({ serving: false }) }, async (get) => {
    assert.equal((await get('/readyz')).status, 503);
    assert.equal((await get('/healthz')).status, 200);
  });
});

test('the page shows jobs, endpoints and errors, and escapes what it shows', async () => {
  await withStatus({}, async (get) => {
    const page = await (await get('/')).text();
    assert.match(page, /bound by &lt;nothing&gt;/);
    assert.match(page, /It&#39;s &lt;b&gt;down/);
    assert.doesNotMatch(page, /<nothing>|<b>|<img|<script>document/);
  });
});

test('a page that fails is a 500 without the words of the error', async () => {
  const scrape = () => Promise.reject(new Error('secret'));
  await withStatus({ scrape }, async (get) => {
    const response = await get('/metrics');
    assert.equal(response.status, 500);
    assert.doesNotMatch(await response.text(), /secret/);
  });
});
