// The statistics of the bench; pure.

const ascending = (values) => [...values].sort((a, b) => a - b);

/// The value below which a share `q` of the values lies, between the two nearest where it falls
/// between them; NaN for no values.
/// Source: Hyndman and Fan (1996), definition 7.
export function quantile(values, q) {
  if (values.length === 0) return NaN;
  const sorted = ascending(values);
  const place = (sorted.length - 1) * q;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

export const median = (values) => quantile(values, 0.5);

/// P(X <= k) of a binomial X.
function binomialAtMost(k, n, p) {
  let term = (1 - p) ** n;
  let sum = term;
  for (let i = 1; i <= k; ++i) {
    term *= ((n - i + 1) / i) * (p / (1 - p));
    sum += term;
  }
  return sum;
}

/// The largest rate that `k` events in `n` runs leave possible, at a confidence of 95 %, one-sided.
/// Source: Clopper and Pearson (1934); for k = 0 it is 1 - 0.05^(1/n), which 3/n approximates.
export function upperBound(k, n) {
  if (n === 0 || k >= n) return 1;
  let low = k / n;
  let high = 1;
  for (let i = 0; i < 60; ++i) {
    const middle = (low + high) / 2;
    if (binomialAtMost(k, n, middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

/// P(|T| >= |t|) of Student's t with a whole number of degrees of freedom.
/// Source: Abramowitz and Stegun (1964), 26.7.3 and 26.7.4.
export function studentTwoSided(t, freedom) {
  if (!Number.isFinite(t)) return 0;
  const angle = Math.atan(Math.abs(t) / Math.sqrt(freedom));
  const cosine = Math.cos(angle);
  const odd = freedom % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let i = odd ? 3 : 2; i < freedom - 1; i += 2) {
    term *= ((i - 1) / i) * cosine * cosine;
    sum += term;
  }
  const inside = Math.sin(angle) * sum;
  return Math.max(0, 1 - (odd ? (2 / Math.PI) * (angle + inside) : inside));
}

/// Ordinary least squares: the slope, and how probable one so far from 0 is without a trend.
export function fitLine(x, y) {
  const n = x.length;
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / n;
  const [meanX, meanY] = [mean(x), mean(y)];
  const sxx = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  const sxy = x.reduce((sum, value, i) => sum + (value - meanX) * (y[i] - meanY), 0);
  const slope = sxy / sxx;
  const residual = y.reduce((sum, value, i) => sum + (value - meanY - slope * (x[i] - meanX)) ** 2, 0);
  const error = Math.sqrt(residual / (n - 2) / sxx);
  // All on one line: a slope is then certain, and no slope too.
  const p = error > 0 ? studentTwoSided(slope / error, n - 2) : slope === 0 ? 1 : 0;
  return { slope, p };
}

/// P(|Z| >= |z|) of a standard normal Z.
/// Source: Abramowitz and Stegun (1964): the series 26.2.11, and for |z| above 3 the continued fraction
/// 26.2.14, so that the error is relative to the tail.
export function normalTwoSided(z) {
  const x = Math.abs(z);
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x > 3) {
    let fraction = 0;
    for (let i = 60; i >= 1; --i) fraction = i / (x + fraction);
    return (2 * density) / (x + fraction);
  }
  // The error stays absolute here, below 1e-14.
  let term = x;
  let sum = x;
  for (let i = 1; i < 80; ++i) {
    term *= (x * x) / (2 * i + 1);
    sum += term;
  }
  return Math.max(0, 1 - 2 * density * sum);
}

/// The Mann-Kendall test for a trend: its S, with the variance for ties and the correction for
/// continuity, and how probable one so far from 0 is without a trend.
/// Source: Mann (1945), Econometrica 13:245-259; Kendall (1975), Rank Correlation Methods.
export function mannKendall(y) {
  const n = y.length;
  let s = 0;
  for (let i = 0; i < n; ++i) for (let j = i + 1; j < n; ++j) s += Math.sign(y[j] - y[i]);
  const ties = new Map();
  for (const value of y) ties.set(value, (ties.get(value) ?? 0) + 1);
  const spreadOf = (t) => t * (t - 1) * (2 * t + 5);
  let variance = spreadOf(n);
  for (const t of ties.values()) variance -= spreadOf(t);
  variance /= 18;
  const z = variance > 0 ? (s - Math.sign(s)) / Math.sqrt(variance) : 0;
  return { s, z, p: normalTwoSided(z) };
}
