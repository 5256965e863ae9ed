/** Counts of a sliding window, in slices; plain data, so that any store can keep it. */
export interface Window<Name extends string> {
  readonly slices: readonly ({ readonly at: number } & Readonly<Record<Name, number>>)[];
}

const slicesPerWindow = 10;

/** The window with one more of each of these; what is older than the window is forgotten. */
export function countIn<Name extends string>(
  window: Window<Name>,
  more: Readonly<Record<Name, number>>,
  now: number,
  windowMs: number,
): Window<Name> {
  const sliceMs = windowMs / slicesPerWindow;
  const at = Math.floor(now / sliceMs) * sliceMs;
  const recent = window.slices.filter((slice) => slice.at > now - windowMs);
  const last = recent.at(-1);
  if (last === undefined || last.at < at) return { slices: [...recent, { at, ...more }] };
  const names = Object.keys(more) as Name[];
  const sums = Object.fromEntries(names.map((name) => [name, last[name] + more[name]]));
  return { slices: [...recent.slice(0, -1), { ...last, ...sums }] };
}

/** How often something was counted within the window. */
export function totalIn<Name extends string>(
  window: Window<Name>,
  name: Name,
  now: number,
  windowMs: number,
): number {
  let total = 0;
  for (const slice of window.slices) if (slice.at > now - windowMs) total += slice[name];
  return total;
}
