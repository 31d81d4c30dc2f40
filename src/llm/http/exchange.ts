import type { Dispatcher } from 'undici';
import type { Scope } from '../../base/scope.ts';
import type { ReadHeader } from './headers.ts';

/** A whole HTTP reply. */
export interface HttpReply {
  readonly status: number;
  readonly header: ReadHeader;
  readonly body: Buffer;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const tooLong = () => Object.assign(new Error('The reply is too long.'), { code: 'REPLY_TOO_LONG' });

/**
 * Sends one request and reads its whole reply. Rejects when the scope ends first, the connection fails or the reply
 * is longer than `maxReplyBytes`.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  scope: Scope,
  maxReplyBytes: number,
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const exchange = new Exchange(scope, maxReplyBytes, resolve, reject);
    if (!exchange.failed) dispatcher.dispatch(request, exchange);
  });
}

/** A class, because there is one per call: methods are cheaper than closures. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #maxReplyBytes: number;
  readonly #resolve: (reply: HttpReply) => void;
  readonly #reject: (error: Error) => void;
  readonly #chunks: Buffer[] = [];
  #leave = () => {};
  #controller: Dispatcher.DispatchController | undefined;
  #failure: Error | undefined;
  #status = 0;
  #headers: Headers = {};
  #bytes = 0;

  constructor(
    scope: Scope,
    maxReplyBytes: number,
    resolve: (reply: HttpReply) => void,
    reject: (error: Error) => void,
  ) {
    this.#maxReplyBytes = maxReplyBytes;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#leave = scope.onEnd((reason) => this.#fail(reason));
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Ended while it waited for a connection.
    if (this.#failure !== undefined) controller.abort(this.#failure);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Headers): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxReplyBytes) this.#fail(tooLong());
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#leave();
    const headers = this.#headers;
    this.#resolve({
      status: this.#status,
      header(name) {
        const value = headers[name];
        return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
      },
      body: this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks),
    });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#leave();
    this.#reject(this.#failure ?? error);
  }

  #fail(error: Error): void {
    this.#leave();
    this.#failure ??= error;
    this.#reject(this.#failure);
    this.#controller?.abort(this.#failure);
  }
}
