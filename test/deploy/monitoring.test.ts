import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { metricCatalogue } from '../../src/base/metrics.ts';
import { noPromtool, promtool } from './promtool.ts';

const fileOf = (name: string) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly description?: string;
  readonly targets?: readonly { readonly expr: string }[];
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly action: string };
}

const dashboardText = readFileSync(fileOf('grafana/semtel.json'), 'utf8');
const { panels } = JSON.parse(dashboardText) as { panels: readonly Panel[] };
const rulesFile = fileOf('prometheus/semtel.rules.yaml');
const rules = (
  parse(readFileSync(rulesFile, 'utf8')) as { groups: { rules: readonly Rule[] }[] }
).groups.flatMap((group) => group.rules);
const shown = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** Names of samples as they are scraped, each with the labels it has: our own, and those that Prometheus adds. */
const samples = new Map<string, readonly string[]>([['up', ['job', 'instance']]]);
for (const [name, { kind, labels }] of Object.entries(metricCatalogue)) {
  const all = [...labels, 'job', 'instance'];
  if (kind !== 'histogram') samples.set(name, all);
  else for (const suffix of ['bucket', 'sum', 'count']) samples.set(`${name}_${suffix}`, [...all, 'le']);
}

/** Each metric that an expression names, with the labels that it selects by. */
function selectorsOf(expr: string): { readonly name: string; readonly labels: readonly string[] }[] {
  return [...expr.matchAll(/\b(semtel_\w+|up)\b(?:\{([^}]*)\})?/g)].map(([, name, inBraces = '']) => ({
    name: name!,
    labels: [...inBraces.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!),
  }));
}

const groupedBy = (expr: string) =>
  [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, names]) => names!.split(/,\s*/));

for (const [what, exprs] of [
  ['the dashboard', shown],
  ['the alert rules', rules.map(({ expr }) => expr)],
] as const)
  test(`${what} name only metrics that are exported, by labels that these have`, () => {
    assert.ok(exprs.length > 10);
    for (const expr of exprs) {
      const selectors = selectorsOf(expr);
      assert.ok(selectors.length > 0, expr);
      for (const { name, labels } of selectors) {
        const known = samples.get(name);
        assert.ok(known !== undefined, `${name} in ${expr}`);
        for (const label of [...labels, ...groupedBy(expr)])
          assert.ok(known.includes(label), `${label} of ${name} in ${expr}`);
      }
    }
  });

test('the dashboard shows every metric there is', () => {
  for (const name of Object.keys(metricCatalogue)) assert.ok(dashboardText.includes(name), name);
  for (const { title, type, description = '' } of panels)
    assert.ok(type === 'row' || description !== '', title);
});

test('every alert says what it is about and what to do', () => {
  for (const { alert, labels, annotations } of rules) {
    assert.match(labels.severity, /^(page|ticket)$/, alert);
    assert.ok(annotations.summary.length > 20 && annotations.action.length > 40, alert);
  }
});

test('the alerts fire when they should, and not before', { skip: noPromtool }, () => {
  assert.match(promtool(['check', 'rules', rulesFile]), new RegExp(`${rules.length} rules found`));
  promtool(['test', 'rules', fileOf('prometheus/semtel.rules.test.yaml')]);
});

test('what the dashboard asks is PromQL', { skip: noPromtool }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-dashboard-'));
  try {
    const file = join(folder, 'rules.yaml');
    const recorded = shown.map((expr, n) => ({
      record: `panel_${n}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$(job|instance)/g, '.*'),
    }));
    writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules: recorded }] }));
    assert.match(promtool(['check', 'rules', file]), new RegExp(`${shown.length} rules found`));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
