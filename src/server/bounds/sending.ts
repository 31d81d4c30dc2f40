import { constants, type ServerHttp2Stream } from 'node:http2';
import type { ServerInterceptingCall, ServerInterceptor } from '@grpc/grpc-js';
import { HeldBytes } from './heldBytes.ts';

type Written = (error?: Error | null) => void;

interface CallInside {
  readonly stream?: Pick<ServerHttp2Stream, 'once' | 'close'> & {
    write(data: Buffer, written: Written): boolean;
  };
}

/**
 * Bounds the bytes of answers that their clients do not take, over all calls of a server: admission gives its room
 * back when a batch is answered, and a client that never reads would hold the answer for ever. Beyond `maxBytes` the
 * call that holds most is reset as REFUSED_STREAM, which gRPC clients are told as UNAVAILABLE.
 * grpc-js has no option for it, so a private field of each call is reached into. Where a later release has moved it
 * nothing is bounded, and the test of this file says so.
 */
export function boundedSending(maxBytes: number): ServerInterceptor {
  const unsent = new HeldBytes(maxBytes);
  return (_method, call) => {
    const { stream } = call as CallInside;
    if (stream !== undefined) {
      let open = true;
      const letGo = () => {
        open = false;
        mine.close();
      };
      const mine = unsent.open(() => {
        letGo();
        stream.close(constants.NGHTTP2_REFUSED_STREAM);
      });
      stream.once('close', letGo);
      const write = stream.write.bind(stream);
      stream.write = (data, written) => {
        const more = write(data, (error) => {
          if (open) mine.add(-data.length);
          written(error);
        });
        if (open) mine.add(data.length);
        return more;
      };
    }
    // Any call will do; the type asks for the class.
    return call as ServerInterceptingCall;
  };
}
