import { classifierService } from '../../src/server/proto.ts';
import { freshBatch } from '../soak/batches.ts';
import { framed, openCall, openSession, statusOf } from '../soak/rawGrpc.ts';

const { Classify } = classifierService;
/** A server lets no connection have more (`grpc.max_concurrent_streams`). */
const perConnection = 256;

/** Asks one fresh conversation in each of `count` calls at once; gives how each will end, and what ends all of them. */
export function openExchanges(
  address: string,
  count: number,
  jobId: string,
): { readonly statuses: Promise<string>[]; close(): void } {
  const sessions = Array.from({ length: Math.ceil(count / perConnection) }, () => openSession(address));
  const statuses = Array.from({ length: count }, (_, index) => {
    const { ipc, rowCount } = freshBatch(1, 1_000);
    const call = openCall(sessions[Math.floor(index / perConnection)]!, Classify.path);
    const status = statusOf(call);
    const options = { classifiers: ['topic'], job_id: jobId };
    call.end(framed(Classify.requestSerialize({ options, batch: { ipc, row_count: rowCount } })));
    return status;
  });
  return {
    statuses,
    close() {
      for (const session of sessions) session.destroy();
    },
  };
}
