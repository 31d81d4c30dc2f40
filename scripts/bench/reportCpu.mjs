// Preloaded into a measured process (node --import): tells what it has used so far, and profiles its main thread.
import { Session } from 'node:inspector/promises';

const session = new Session();

const answers = {
  used: () => ({
    cpu: process.cpuUsage(),
    mainThread: process.threadCpuUsage(),
    rssBytes: process.memoryUsage.rss(),
  }),
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
