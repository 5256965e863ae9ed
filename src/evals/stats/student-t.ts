import { incompleteBeta, logGamma } from "./beta.ts";
import { normalQuantile } from "./normal.ts";

/** From so many degrees of freedom on, t is normal to the last digit that matters. */
const asNormal = 1e7;

/** The two-sided p-value of the statistic `t`. */
export function tTest(t: number, df: number): number {
  const bounded = Math.min(df, asNormal);
  const all = bounded + t * t;
  return incompleteBeta(bounded / all, bounded / 2, 0.5, (t * t) / all);
}

/** The value below which Student's t lies with probability `p`; `df` may be any number above 0. */
export function tQuantile(p: number, df: number): number {
  if (p === 0.5) return 0;
  if (p < 0.5) return -tQuantile(1 - p, df);
  if (df >= asNormal) return normalQuantile(p);
  const tail = 1 - p;
  const above = (t: number): number => tTest(t, df) / 2;
  let low = 0;
  let high = 1;
  while (above(high) > tail) {
    low = high;
    high *= 2;
  }
  let t = (low + high) / 2;
  for (let step = 0; step < 200 && high - low > 1e-14 * high; step++) {
    const excess = above(t) - tail;
    if (excess === 0) break;
    if (excess > 0) low = t;
    else high = t;
    const newton = t + excess / density(t, df);
    t = newton > low && newton < high ? newton : (low + high) / 2;
  }
  return t;
}

function density(t: number, df: number): number {
  const scale = logGamma((df + 1) / 2) - logGamma(df / 2) - Math.log(Math.PI * df) / 2;
  return Math.exp(scale - ((df + 1) / 2) * Math.log1p((t * t) / df));
}
