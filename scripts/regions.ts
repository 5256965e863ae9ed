/** A part of a page that is written by code: `render` gives what stands between its markers. */
export interface Region {
  /** The page, from the repository's root. */
  readonly file: string;
  /** The name in the markers `<!-- generated:NAME -->` and `<!-- /generated:NAME -->`. */
  readonly name: string;
  readonly render: () => string;
}

/**
 * A page with the text of one region replaced.
 *
 * @throws Error when the page does not hold the region's two markers, once each and in order.
 */
export function replaceRegion(page: string, region: Region): string {
  const open = `<!-- generated:${region.name} -->`;
  const close = `<!-- /generated:${region.name} -->`;
  const start = page.indexOf(open);
  const end = page.indexOf(close);
  const once = start === page.lastIndexOf(open) && end === page.lastIndexOf(close);
  if (start === -1 || end < start || !once) {
    throw new Error(`${region.file}: needs ${open} and, below it, ${close}, once each.`);
  }
  const head = page.slice(0, start + open.length);
  return `${head}\n\n${region.render().trim()}\n\n${page.slice(end)}`;
}

/** Names that a page marks as generated, although no region of that name is registered for it. */
export function unregistered(file: string, page: string, regions: readonly Region[]): string[] {
  const known = new Set(regions.filter((region) => region.file === file).map(({ name }) => name));
  const marked = [...page.matchAll(/<!-- generated:([\w-]+) -->/g)].map(([, name = ""]) => name);
  return marked.filter((name) => !known.has(name));
}
