import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '../../../test/store/redisServer.ts';
import { freePort } from '../../bench/endpoints/freePort.ts';
import { play } from './scene.ts';

/** Time to find it again, and to save what waited. */
const findMs = 4_000;

/** Redis is killed while rows are labelled, and started again, empty. */
export async function redisRestarts(): Promise<string> {
  const port = await freePort();
  let redis = await startRedis(port);
  try {
    return await play({ store: `store: { url: "redis://127.0.0.1:${port}" }` }, async (scene) => {
      await scene.label(0, 1_000);
      const during = scene.label(1_000, 4_000);
      await sleep(300);
      await redis.stop();
      const killed = await during;
      const away = await scene.label(3_500, 4_500);
      const errors = await scene.storeErrors();
      assert(errors > 0);
      redis = await startRedis(port);
      await sleep(findMs);
      await scene.label(4_500, 5_000);
      await sleep(findMs);
      const back = await scene.label(4_000, 5_000);
      assert.deepEqual([back.calls, back.stored], [0, 1_000]);
      assert(scene.said('Kept answers cannot be looked up') <= 1);
      assert(scene.said('Answers cannot be kept') <= 1);
      return `5,000 rows right; ${killed.calls} calls for 3,000 while it was killed, ${away.calls} for 1,000 while away; ${errors} errors counted; what was put meanwhile is there again`;
    });
  } finally {
    await redis.stop();
  }
}
