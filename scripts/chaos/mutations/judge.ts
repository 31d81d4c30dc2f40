import { gunzipSync } from 'node:zlib';
import { tableFromIPC } from 'apache-arrow';
import { Message as MessageTable } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { ByteBuffer } from 'flatbuffers';
import { writeFrames } from '../../../src/base/ipcFrames.ts';
import type { Ledger } from '../../../src/base/ledger.ts';
import type { FlightData } from '../../../src/server/flight/wire.ts';
import { classifierService, flightService, malformed } from '../../../src/server/proto.ts';
import type { ClassifyRequest, ClassifyStreamRequest } from '../../../src/server/wire.ts';
import type { Call } from './call.ts';
import type { Ending } from './send.ts';

/** Codes that the contract allows for each gRPC status; '' where gRPC itself says it. */
const allowed: Readonly<Record<number, readonly string[]>> = {
  0: [''],
  3: ['bad_arrow', 'row_count', 'missing_column', 'column_type', 'bad_option', 'too_many_rows'],
  5: ['unknown_classifier', 'unknown_model', 'unknown_job'],
  8: [''],
  12: [''],
  14: ['overloaded'],
};

/** What is wrong with how a call ended; undefined where nothing is. What the server says is read by apache-arrow alone. */
export function faultOf(call: Call, ending: Ending): string | undefined {
  const { status, error, hung } = ending;
  if (hung) return 'it did not end';
  if (status === null) return `no status; HTTP/2 code ${ending.reset}`;
  if (!allowed[status]?.includes(error)) return `status ${status} "${error}": ${ending.message}`;
  if (status === 14 && ending.pushbackMs === undefined) return 'UNAVAILABLE without a pushback';
  try {
    return answersFault(call, ending);
  } catch (fault) {
    return `an answer that cannot be read: ${fault instanceof Error ? fault.message : fault}`;
  }
}

/** Rows of each answer, which must be those of the batches asked, in order; all of them where the status is good. */
function answersFault(call: Call, { status, answers }: Ending): string | undefined {
  const method = call.path.slice(call.path.lastIndexOf('/') + 1);
  if (method === 'DoAction' || method === 'GetFlightInfo') return undefined;
  if (answers.length === 0 && status !== 0) return undefined;
  if (status === 0 && isCut(call)) return 'a message that is cut, and a good status';
  const asked = method === 'DoExchange' ? flightRows(call) : ownRows(call, method);
  const answered = method === 'DoExchange' ? flightAnswers(answers) : answers.map(ownAnswer);
  const wrong = answered.findIndex((rows, index) => rows !== asked[index]);
  if (wrong >= 0) return `batch ${wrong} of ${asked[wrong]} rows is answered with ${answered[wrong]}`;
  if (status === 0 && answered.length !== asked.length)
    return `${asked.length} batches, ${answered.length} answers and a good status`;
  return undefined;
}

/** The messages that a server could read: those before the first that is cut, or cannot be unpacked. */
function messagesOf<Request>({ wire, headers }: Call, deserialize: (bytes: Buffer) => Request): Request[] {
  const bytes = Buffer.concat(wire);
  const messages: Request[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    if (end > bytes.length) break;
    const body = bytes.subarray(at + 5, end);
    const message = bytes[at] === 1 && headers['grpc-encoding'] === 'gzip' ? unpacked(body) : body;
    if (message === undefined) break;
    messages.push(deserialize(message));
    at = end;
  }
  return messages.filter((message) => (message as unknown) !== malformed);
}

/** The client ended within a message. */
function isCut({ wire }: Call): boolean {
  const bytes = Buffer.concat(wire);
  let at = 0;
  while (at + 5 <= bytes.length) at += 5 + bytes.readUInt32BE(at + 1);
  return at !== bytes.length;
}

function unpacked(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes);
  } catch {
    return undefined;
  }
}

function ownRows(call: Call, method: string): number[] {
  const { Classify, ClassifyStream } = classifierService;
  const requests: (ClassifyRequest | ClassifyStreamRequest)[] =
    method === 'Classify'
      ? messagesOf(call, Classify.requestDeserialize)
      : messagesOf(call, ClassifyStream.requestDeserialize);
  return requests.flatMap(({ batch }) => (batch == null ? [] : [batch.row_count]));
}

/** Rows of an answer of the own proto, found the same in all the places that tell them. */
function ownAnswer(bytes: Buffer): number {
  const { batch, ledger } = classifierService.Classify.responseDeserialize(bytes);
  return soundRows(batch.ipc, ledger, batch.row_count);
}

function flightRows(call: Call): number[] {
  return messagesOf(call, flightService.DoExchange.requestDeserialize).flatMap(({ data_header }) => {
    const rows = data_header.length === 0 ? null : batchRows(data_header);
    return rows === null ? [] : [rows];
  });
}

/** Rows that a bare header tells; null where it is not a record batch's, or cannot be read. */
function batchRows(header: Uint8Array): number | null {
  try {
    const message = MessageTable.getRootAsMessage(new ByteBuffer(header));
    if (message.headerType() !== MessageHeader.RecordBatch) return null;
    return Number((message.header(new RecordBatch()) as RecordBatch).length());
  } catch {
    return null;
  }
}

/** The first message is the schema. */
function flightAnswers(answers: readonly Buffer[]): number[] {
  const messages = answers.map((bytes) => flightService.DoExchange.responseDeserialize(bytes) as FlightData);
  const schema = messages[0]?.data_header;
  return messages.slice(1).map(({ data_header, data_body, app_metadata }) => {
    const frames = [
      { header: schema!, body: new Uint8Array(0) },
      { header: data_header, body: data_body },
    ];
    const { ledger } = JSON.parse(Buffer.from(app_metadata).toString()) as { readonly ledger: Ledger };
    return soundRows(writeFrames(frames, true), ledger, ledger.rows);
  });
}

/** Rows of a table, read by a library of others; throws where ledger, number or columns say anything else. */
function soundRows(ipc: Uint8Array, ledger: Ledger, told: number): number {
  // The library wants its buffers aligned, and a message is a part of a larger buffer.
  const table = tableFromIPC(new Uint8Array(ipc));
  const rows = table.numRows;
  if (rows !== told || rows !== ledger.rows)
    throw new Error(`${rows} rows, told ${told}, in the ledger ${ledger.rows}`);
  const { ok, invalid, refused, failed, skipped, over_budget, cancelled, questions } = ledger;
  if (questions !== ok + invalid + refused + failed + skipped + over_budget + cancelled)
    throw new Error('the ledger does not balance');
  let labelled = 0;
  for (const field of table.schema.fields) {
    const status = table.getChild(field.name)?.getChild('status');
    if (status == null || table.getChild(field.name)?.getChild('prompt_digest') == null) continue;
    labelled += rows - status.nullCount;
  }
  if (labelled !== questions) throw new Error(`${labelled} statuses for ${questions} questions`);
  return rows;
}
