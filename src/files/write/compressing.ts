import { once } from 'node:events';
import { createGzip, createZstdCompress } from 'node:zlib';
import type { Compression } from '../format.ts';
import type { Append, Encoder } from './encoder.ts';

/** The encoder's bytes compressed as a whole. */
export function compressing(
  encoder: (append: Append) => Encoder,
  compression: Compression,
  append: Append,
): Encoder {
  const packer = compression === 'gzip' ? createGzip() : createZstdCompress();
  const packed = (async () => {
    for await (const bytes of packer) await append(bytes as Buffer);
  })();
  // The failure is reported by `end`.
  packed.catch(() => {});
  const { write, end } = encoder(async (bytes) => {
    if (!packer.write(bytes)) await Promise.race([once(packer, 'drain'), packed]);
  });
  return {
    write,
    async end() {
      await end();
      packer.end();
      await packed;
    },
  };
}
