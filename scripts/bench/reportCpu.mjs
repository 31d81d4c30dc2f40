// Preloaded into a measured process (node --import): tells what it has used so far and what its heaps hold,
// and profiles its main thread.
import { Session } from 'node:inspector/promises';

const session = new Session();
const threads = new Set();
process.on('worker', (thread) => {
  threads.add(thread);
  thread.once('exit', () => threads.delete(thread));
});

const answers = {
  used: () => ({
    cpu: process.cpuUsage(),
    mainThread: process.threadCpuUsage(),
    rssBytes: process.memoryUsage.rss(),
  }),
  async heap() {
    session.connect();
    await session.post('HeapProfiler.collectGarbage');
    session.disconnect();
    const others = await Promise.all([...threads].map((thread) => thread.getHeapStatistics()));
    const othersBytes = others.reduce((sum, { used_heap_size: used }) => sum + used, 0);
    return { mainBytes: process.memoryUsage().heapUsed, othersBytes };
  },
  async profile() {
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 250 });
    await session.post('Profiler.start');
  },
  async profiled() {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    return profile;
  },
};

process.on('message', async (question) => process.send((await answers[question]()) ?? {}));
process.channel?.unref();
