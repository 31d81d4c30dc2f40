#!/usr/bin/env node
import { readFileSync } from 'node:fs';

/*
 * Where the package starts. A Node that is too old could not even link what `main.ts` imports, so it is asked for
 * before that is loaded. This file and what it imports must run on any.
 */
const description = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly engines: { readonly node: string };
};
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const [least = 0, leastMinor = 0] = description.engines.node.replace('>=', '').split('.').map(Number);

if (major < least || (major === least && minor < leastMinor)) {
  console.error(`semtel needs Node ${least}.${leastMinor} or later; this is ${process.versions.node}.`);
  process.exitCode = 2;
} else {
  await import('./main.ts');
}
