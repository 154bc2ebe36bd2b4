// The processes that a bench starts. Each leads a process group of its own, so that Ctrl-C comes to
// the bench alone, which ends them in order.
import { spawn } from 'node:child_process';

export class Children {
  #running = new Map();
  #ending = false;

  /// Starts a process; `done` resolves to { code, signal, wallMs, error }. `end` is how it is
  /// ended: a signal for one that takes care of its own children, or 'SIGKILL' for its whole group.
  start(file, args, { end = 'SIGKILL', ...options } = {}) {
    const startedAt = performance.now();
    const child = spawn(file, args, { detached: true, ...options });
    const gone = new Promise((resolve) => {
      const settle = (result) => {
        this.#running.delete(child);
        resolve({ ...result, wallMs: performance.now() - startedAt });
      };
      child.on('error', (error) => settle({ code: null, signal: null, error }));
      child.on('close', (code, signal) => settle({ code, signal }));
    });
    this.#running.set(child, { end, gone });
    // Whoever waits for a child must not start the next one while we end them all.
    const done = gone.then((result) => (this.#ending ? new Promise(() => {}) : result));
    return { child, done };
  }

  /// Ends everything that runs, and resolves when it is gone.
  async endAll() {
    this.#ending = true;
    const waits = [];
    for (const [child, { end, gone }] of this.#running) {
      if (end === 'SIGKILL') killGroup(child);
      else child.kill(end);
      waits.push(gone);
    }
    await Promise.all(waits);
  }

  killAll() {
    for (const child of this.#running.keys()) killGroup(child);
  }
}

export function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
