// How even a load was, and what the latencies are while a server stands still. Pure.
import { quantile } from './statistics.mjs';

/// How many of the times (in microseconds, ascending) fall into each window of `width`, from the
/// first time on; those that begin before `skip` are left out, and the last, which is not whole.
export function countWindows(times, width, skip = 0) {
  const windows = [];
  for (const time of times) {
    const window = Math.floor(time / width);
    while (windows.length <= window) windows.push(0);
    windows[window] += 1;
  }
  return windows.slice(Math.ceil(skip / width), -1);
}

/// The furthest that p1 and p99 of the windows are from `ideal`.
export function unevenness(windows, ideal) {
  const [low, high] = [quantile(windows, 0.01), quantile(windows, 0.99)];
  return { low, high, worst: Math.max(ideal - low, high - ideal) };
}

/// The latency at `percentile` in milliseconds, of requests that are due evenly through `totalMs`,
/// when the server stands still for `stopMs` somewhere in the middle and answers at once otherwise:
/// those that are due then wait for what is left of the stop.
export function truthOfStall(percentile, stopMs, totalMs) {
  const share = stopMs / totalMs;
  const into = percentile / 100 - (1 - share);
  return into <= 0 ? 0 : (into / share) * stopMs;
}

/// How far the measured percentiles are from the truth, at worst; Infinity when one is missing.
export function errorOfStall(latency, stopMs, totalMs) {
  const errors = [90, 95, 99].map((percentile) => {
    const truth = truthOfStall(percentile, stopMs, totalMs);
    const measured = latency?.[`p${percentile}Ms`];
    return Number.isFinite(measured) ? Math.abs(measured - truth) / truth : Infinity;
  });
  return Math.max(...errors);
}

/// Resident memory in KB out of /proc/PID/status: { rss, peak }.
export function parseStatus(text) {
  const read = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? NaN);
  return { rss: read('VmRSS'), peak: read('VmHWM') };
}

/// Growth from the tenth to the last of the readings, in KB: what was warmed up by then counts not.
export function growthOf(readings) {
  if (readings.length < 20) return NaN;
  const late = readings.slice(-3).map(({ rss }) => rss);
  const early = readings.slice(Math.floor(readings.length / 10)).slice(0, 3).map(({ rss }) => rss);
  return Math.max(...late) - Math.max(...early);
}
