import assert from 'node:assert/strict';
import { it } from 'node:test';
import { unreachable } from '../../src/server/unreachable.ts';

const cases: readonly (readonly [details: string, sentence: string])[] = [
  [
    'No connection established. Last error: Error: connect ECONNREFUSED 10.0.0.1:1. Resolution note: ',
    'No semtel server answers at h:1 (connect ECONNREFUSED 10.0.0.1:1). Is "semtel serve" running there, and is the address right?',
  ],
  [
    'No connection established. Last error: Protocol error (2026-11-23T17:02:10.021Z). Resolution note: ',
    'No semtel server answers at h:1 (Protocol error). Something else listens there, by its speech a status port or a model endpoint; the address is that of the `listen` line of "semtel serve".',
  ],
  [
    'Name resolution failed for target dns:h:1',
    'No semtel server answers at h:1 (Name resolution failed for target dns:h:1). This machine knows no host of that name.',
  ],
  [
    'No connection established. Last error: Error: 40ED:error:0A00010B:SSL routines:validate:wrong version number:any.c:77:\n. Resolution note: ',
    'No semtel server answers at h:1 (40ED:error:0A00010B:SSL routines:validate:wrong version number:any.c:77:). TLS fails; grpc+tls:// is for a server with certificates.',
  ],
];
for (const [details, sentence] of cases) {
  it(`says in one line what to look at: ${sentence.slice(0, 60)}`, () => {
    const error = unreachable('h:1', details, null);
    assert.equal(error.message, sentence);
    assert.equal(error.retryable, true);
  });
}
