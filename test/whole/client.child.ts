import { once } from 'node:events';
import { connect } from '../../src/server/client.ts';
import { batchOf } from './stack.ts';

/** A client that asks a batch of the server at `address` when it is sent the texts, and is to be killed. */
const client = connect(process.argv[2]!);
await client.listClassifiers();
process.send!('connected');
const [texts] = (await once(process, 'message')) as [readonly string[]];
await client.classify({ classifiers: ['topic'], jobId: 'mine' }, batchOf(texts));
