import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { after, before, suite, test } from 'node:test';
import { hasChromium, openTab, type Tab } from '../../scripts/statusPage/chromium.ts';
import { emptyLedger } from '../../src/base/ledger.ts';
import { noLog } from '../../src/base/log.ts';
import { type RunningStatus, startStatus } from '../../src/server/status.ts';
import type { Overview } from '../../src/service/overview.ts';
import { fakeService, overview as hostile } from './fakeService.ts';

/** Figures as wide as those of a week's work, and names without a place to break. */
const wide: Overview = {
  ...hostile,
  jobs: [
    ...hostile.jobs,
    {
      ...hostile.jobs[0]!,
      id: 'x'.repeat(128),
      ledger: {
        ...emptyLedger(),
        rows: 12_345_678,
        questions: 24_691_356,
        ok: 22_222_222,
        failed: 111_111,
        stored: 11_111_111,
        calls: 22_222_222,
        prompt_tokens: 45_678_901_234,
        completion_tokens: 456_789_012,
        cost: 7_123.4567,
      },
    },
    // The widest states there are, and names that would turn what follows round or fill the page.
    { ...hostile.jobs[0]!, id: '\u202egnp.exe', state: 'CANCELLED', boundBy: null },
    {
      ...hostile.jobs[0]!,
      id: 'z'.repeat(10_000),
      state: 'REJECTED',
      boundBy: null,
      rejection: 'r'.repeat(300),
    },
  ],
  endpoints: [...hostile.endpoints, { ...hostile.endpoints[0]!, endpoint: 'y'.repeat(80), waiting: 123_456 }],
};

suite('the status page in Chromium', { skip: hasChromium ? false : 'there is no chromium' }, () => {
  let shown: Overview = hostile;
  let status: RunningStatus;
  let tab: Tab;
  const url = () => `http://127.0.0.1:${status.port}/`;
  /** Resolves when the page, without being loaded again, has come to say so. */
  const says = (selector: string, words: string) =>
    tab.evaluate(`new Promise((done) => (function look() {
      if (document.querySelector('${selector}')?.textContent.includes(${JSON.stringify(words)})) done(true);
      else setTimeout(look, 20);
    })())`);

  before(async () => {
    const service = fakeService({ overview: () => shown });
    const scrape = async () => ({ contentType: 'text/plain', body: '' });
    status = await startStatus({ service, listen: '127.0.0.1:0', scrape, log: noLog });
    tab = await openTab();
  });
  after(async () => {
    await tab?.close();
    await status?.close();
  });

  test('names that are markup are shown as text, and run nothing', async () => {
    shown = hostile;
    await tab.open(url(), { width: 1280, height: 700 });
    const names = await tab.evaluate(
      '[...document.querySelectorAll("main .name")].map((name) => name.textContent)',
    );
    const { jobs, endpoints } = hostile;
    assert.deepEqual(names, [jobs[0]!.id, endpoints[0]!.endpoint, 'attempts_exhausted']);
    assert.equal(await tab.evaluate('document.title'), `semtel on ${hostname()}`);
    assert.equal(await tab.evaluate('document.images.length'), 0);
    const injected = `new Promise((done) => {
      document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));
      document.body.append(Object.assign(document.createElement('script'), { textContent: 'document.title = "spoiled"' }));
    })`;
    assert.equal(await tab.evaluate(injected), 'script-src-elem');
    assert.equal(await tab.evaluate('document.title'), `semtel on ${hostname()}`);
  });

  test('renews itself in its place, and says when the server is gone', async () => {
    shown = hostile;
    await tab.open(url(), { width: 1280, height: 300 });
    await tab.evaluate('window.kept = true; document.documentElement.scrollTop = 90');
    const from = await tab.evaluate('document.documentElement.scrollTop');
    assert.ok(Number(from) > 0);
    shown = { ...hostile, jobs: [{ ...hostile.jobs[0]!, boundBy: 'rpm of east' }] };
    await says('.note', 'rpm of east');
    assert.equal(await tab.evaluate('window.kept'), true);
    assert.equal(await tab.evaluate('document.documentElement.scrollTop'), from);
    shown = undefined as never;
    await says('#stale', 'Not reached since');
    shown = hostile;
    await says('.note', '<nothing>');
    assert.equal(await tab.evaluate('document.getElementById("stale").textContent'), '');
  });

  test('reloads itself where scripts may not run', async () => {
    shown = hostile;
    await tab.open(url(), { width: 1280, height: 700, script: false });
    const reload = 'document.querySelector("noscript meta[http-equiv=refresh]")?.content';
    assert.equal(await tab.evaluate(reload), '5');
  });

  test('tells what each figure is of', async () => {
    shown = {
      ...hostile,
      active: { jobs: 70, rowsPerSecond: 5_000.4, rowsWaiting: 1_234 },
      jobs: [
        hostile.jobs[0]!,
        { ...hostile.jobs[0]!, id: 'done', state: 'IDLE', boundBy: null, idleMs: 61_000, currency: null },
      ],
      jobsInAll: 3_002,
      endpoints: [{ ...hostile.endpoints[0]!, state: 'up', reason: 'answered HTTP 503' }],
    };
    await tab.open(url(), { width: 1280, height: 800 });
    const texts = async (selector: string) =>
      (await tab.evaluate(
        `[...document.querySelectorAll('${selector}')].map((each) => each.textContent)`,
      )) as string[];
    // All jobs, not only those that are shown.
    assert.deepEqual((await texts('dd')).slice(1, 4), ['70', '5,000', '1,234']);
    assert.deepEqual(await texts('.jobs + p'), ['3,000 more are at jobs.']);
    assert.deepEqual(await texts('.jobs .note'), ['bound by <nothing>', 'last seen 1 min ago']);
    // A job that has ended has no rate; one whose models have no price has no cost.
    assert.deepEqual(await texts('.jobs [data-head="rows a second"]'), ['1,235', '0']);
    assert.deepEqual(await texts('.jobs [data-head=cost]'), ['0', '–']);
    // Of 5 rows that came, 3 are answered: 2 well.
    const parts = `[...document.querySelectorAll('.jobs tr:first-child rect')].map(({ width }) => Math.round(width.baseVal.value))`;
    assert.deepEqual(
      ((await tab.evaluate(parts)) as number[]).filter((part) => part > 0),
      [40, 20],
    );
    assert.deepEqual(await texts('.endpoints .mark'), ['▲ failing']);
    assert.deepEqual(await texts('.endpoints .note'), [
      'model default, for which 7 calls wait',
      'answered HTTP 503',
    ]);
  });

  test('a name of 10,000 characters takes four lines, and the page stays a page', async () => {
    shown = wide;
    await tab.open(url(), { width: 1280, height: 800 });
    const highest =
      'Math.max(...[...document.querySelectorAll("main .name")].map(({ offsetHeight }) => offsetHeight))';
    assert.ok(Number(await tab.evaluate(highest)) < 100);
  });

  for (const width of [320, 390, 800, 1024, 1280])
    test(`is read without scrolling sideways at ${width} pixels`, async () => {
      shown = wide;
      await tab.open(url(), { width, height: 800 });
      assert.equal(await tab.evaluate('window.innerWidth'), width);
      assert.equal(await tab.evaluate('document.documentElement.scrollWidth'), width);
      const clipped = `[...document.querySelectorAll('tbody td, tbody th')].filter((cell) => cell.scrollWidth > cell.clientWidth)
        .map((cell) => cell.dataset.head ?? cell.textContent)`;
      assert.deepEqual(await tab.evaluate(clipped), []);
    });

  for (const scheme of ['light', 'dark'] as const)
    test(`every text has a contrast of 4.5 or more in ${scheme} mode`, async () => {
      shown = wide;
      await tab.open(url(), { width: 1280, height: 800, scheme });
      const found = (await tab.evaluate(`(() => {
        const parts = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
        const light = (colour) => parts(colour).map((part) => part / 255)
          .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
          .reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n], 0);
        const ground = light(getComputedStyle(document.body).backgroundColor);
        return [...document.querySelectorAll('body *:not(script, svg, rect)')].map((element) => {
          const text = light(getComputedStyle(element).color);
          return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
        }).concat(ground);
      })()`)) as number[];
      const ground = found.pop()!;
      assert.ok(scheme === 'dark' ? ground < 0.1 : ground > 0.9);
      assert.ok(found.length > 100);
      assert.ok(Math.min(...found) >= 4.5, `${Math.min(...found)}`);
    });

  test('every table has a caption, and every cell heads', async () => {
    shown = wide;
    await tab.open(url(), { width: 1280, height: 800 });
    const bare = `[...document.querySelectorAll('table')].filter((table) =>
      !table.caption?.textContent || [...table.tBodies[0].rows].some((row) =>
        row.cells[0].scope !== 'row' || row.cells.length !== table.tHead.rows[table.tHead.rows.length - 1].cells.length)).length`;
    assert.equal(await tab.evaluate('document.querySelectorAll("table").length'), 3);
    assert.equal(await tab.evaluate(bare), 0);
  });
});
