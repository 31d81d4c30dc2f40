import { setTimeout as sleep } from 'node:timers/promises';
import { gzipBomb, openIdle, resetStreams, sendBatch, sendBombs, sendHeaders, useStream } from './abusers.ts';
import { emptyRows, freshBatch } from './batches.ts';
import { pour, sendUnfinished } from './pouring.ts';

/** Abuses a server for `ms`; how the calls ended. */
type Abuse = (address: string, ms: number) => Promise<string>;

const counted = (statuses: readonly string[]) =>
  Object.entries(Object.groupBy(statuses, (status) => status))
    .map(([status, all]) => `${all!.length} x ${status}`)
    .join(', ');

const pouring =
  (count: number, rows: number, bytesPerRow: number, reads: boolean): Abuse =>
  async (address, ms) => {
    const batch = freshBatch(rows, bytesPerRow);
    const pours = pour(address, count, { batches: () => batch, model: 'slow', reads });
    await sleep(ms);
    const { statuses, taken } = pours;
    pours.close();
    const megabytes = (batch.ipc.length / 1e6).toFixed(1);
    return `${counted(statuses)}; at most ${Math.max(...taken)} batches of ${megabytes} MB taken from one`;
  };

/** Every kind of abuse that the soak tries. The model `slow` answers two calls at a time. */
export const kinds: Readonly<Record<string, Abuse>> = {
  'nothing, for comparison': async (_, ms) => {
    await sleep(ms);
    return '';
  },
  '20 stalled readers': pouring(20, 1_000, 3_500, false),
  '20 clients that stream rows for ever': pouring(20, 1_000, 700, true),
  'a batch of 10 M rows': async (address) => {
    const batch = emptyRows(10_000_000);
    const honest = await sendBatch(address, batch);
    return `${honest}; declared as 10: ${await sendBatch(address, { ...batch, rowCount: 10 })}`;
  },
  '64 gzip bombs of 1 GiB': async (address) => counted(await sendBombs(address, gzipBomb(2 ** 30), 64)),
  '64 messages of 16 MB that never end': async (address, ms) => {
    const unfinished = sendUnfinished(address, 16 << 20, 64);
    await sleep(ms);
    unfinished.close();
    return `${counted(unfinished.statuses)}; ${64 - unfinished.statuses.length} held`;
  },
  '10,000 stream resets': async (address) =>
    `the server ended ${(await resetStreams(address, 10_000)) - 1} connections`,
  '1,000 headers of 63 KB': async (address) => {
    const fit = counted(await sendHeaders(address, 63 * 1_024, 1_000));
    return `${fit}; of 65 KB: ${counted(await sendHeaders(address, 65 * 1_024, 1))}`;
  },
  '1,000 idle streams': async (address, ms) => {
    const idle = await openIdle(address, 1_000);
    await sleep(ms);
    const used = await useStream(idle.streams[500]!, freshBatch(10, 700));
    idle.close();
    return `then one is used: ${used}`;
  },
};
