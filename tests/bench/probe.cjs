// Preloaded into the peer's service: collects and reads memory when asked, as a team would have it
// behind a debug route.
'use strict';
const turn = () => new Promise((resolve) => setImmediate(resolve));
process.on('message', async () => {
  await turn();
  globalThis.gc();
  await turn();
  await turn();
  globalThis.gc();
  process.send(process.memoryUsage());
});
process.on('disconnect', () => process.exit());
process.channel.unref();
