import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { isObject, type JsonObject } from './chatRequest.ts';
import { badRequest, type Problem } from './problem.ts';

/** Room for the longest context many times over; a request beyond it is a mistake. Holds before and after decompression. */
const maxBytes = 32 << 20;

const tooLarge: Problem = {
  status: 413,
  message: `The request body is larger than ${maxBytes} bytes.`,
  type: 'invalid_request_error',
  code: 'request_too_large',
  param: null,
};

const decoders = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
} as Readonly<Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>>;

/** All bytes of a body; undefined when they are too many. Rejects when the client goes before the end. */
function readBytes(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve(undefined);
      }
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size)));
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new Error('The client went away.'));
    });
  });
}

async function decompress(bytes: Buffer, encoding: string): Promise<Buffer | Problem> {
  const decode = decoders[encoding];
  if (decode === undefined) return badRequest(`Content-Encoding "${encoding}" is not supported.`);
  try {
    return await decode(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge : badRequest(`The body is not valid ${encoding}.`);
  }
}

/** The JSON object in a request's body and its text, or what is wrong with it. */
export async function readJsonObject(
  request: IncomingMessage,
): Promise<{ readonly text: string; readonly json: JsonObject } | Problem> {
  const raw = await readBytes(request);
  if (raw === undefined) return tooLarge;
  const encoding = request.headers['content-encoding'] ?? 'identity';
  const bytes = encoding === 'identity' ? raw : await decompress(raw, encoding);
  if (!Buffer.isBuffer(bytes)) return bytes as Problem;
  const text = bytes.toString('utf8');
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? { text, json } : badRequest('The JSON body must be an object.');
  } catch {
    return badRequest('The body could not be parsed as JSON.');
  }
}
