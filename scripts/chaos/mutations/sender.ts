/**
 * Sends mutated calls as a process of its own, so that it takes no time from those who measure:
 * node scripts/chaos/mutations/sender.ts ADDRESS SEED FIRST COUNT [CORPUS]
 * Prints a line of JSON for each bad one, then one with the whole. CORPUS: the smallest call for each way to end is
 * written there.
 */
import { writeFileSync } from 'node:fs';
import type { ClientHttp2Session } from 'node:http2';
import { openSession } from '../../soak/rawGrpc.ts';
import { bytesOf, type Call } from './call.ts';
import { callOf } from './calls.ts';
import { corpusLine, endingName } from './corpus.ts';
import { faultOf } from './judge.ts';
import { type Ending, send } from './send.ts';

/** Of calls that are kept: they go into a repository. */
const maxKeptBytes = 6_000;
/** Enough to keep both cores of a small machine busy, over a few connections as real clients have. */
const connections = 4;
const callsEach = 6;

const [address = '', ...numbers] = process.argv.slice(2, 6);
const [seed, first, count] = numbers.map(Number) as [number, number, number];
const corpusFile = process.argv[6];

const endings = new Map<string, number>();
const smallest = new Map<string, { readonly call: Call; readonly ending: Ending }>();
const times: number[] = [];
let bad = 0;
let lost = 0;
let next = first;

function note(index: number, call: Call, ending: Ending): void {
  const name = `${ending.status ?? 'none'} ${ending.error}`.trim();
  endings.set(name, (endings.get(name) ?? 0) + 1);
  times.push(ending.ms);
  const fault = faultOf(call, ending);
  if (fault !== undefined) {
    bad += 1;
    console.log(JSON.stringify({ seed, index, what: call.what, fault, ms: Math.round(ending.ms) }));
  }
  if (ending.status === null || bytesOf(call) > maxKeptBytes) return;
  const path = endingName(ending);
  const known = smallest.get(path);
  if (known === undefined || bytesOf(call) < bytesOf(known.call)) smallest.set(path, { call, ending });
}

async function work(connection: { session: ClientHttp2Session }): Promise<void> {
  while (next < first + count) {
    const index = next++;
    if (connection.session.destroyed || connection.session.closed) {
      connection.session = openSession(address);
      lost += 1;
    }
    const call = callOf(seed, index);
    note(index, call, await send(connection.session, call));
  }
}

const opened = Array.from({ length: connections }, () => ({ session: openSession(address) }));
await Promise.all(opened.flatMap((connection) => Array.from({ length: callsEach }, () => work(connection))));
for (const { session } of opened) session.destroy();
if (corpusFile !== undefined) {
  const kept = [...smallest].sort(([one], [two]) => (one < two ? -1 : 1));
  writeFileSync(corpusFile, kept.map(([path, { call, ending }]) => corpusLine(path, call, ending)).join(''));
}
times.sort((one, two) => one - two);
const quantile = (part: number) => Math.round(times[Math.floor(part * (times.length - 1))]!);
console.log(
  JSON.stringify({
    sent: times.length,
    bad,
    lostConnections: lost,
    endings: Object.fromEntries([...endings].sort()),
    ms: { median: quantile(0.5), p99: quantile(0.99), longest: quantile(1) },
  }),
);
