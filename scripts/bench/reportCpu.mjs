// Preloaded into a measured process (node --import): answers each message with what the process has used so far.
process.on('message', () => process.send({ cpu: process.cpuUsage(), rssBytes: process.memoryUsage.rss() }));
process.channel?.unref();
