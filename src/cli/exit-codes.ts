/** What the command's exit code says. */
export const exitCodes = {
  /** It did what was asked, and found nothing wrong. */
  ok: 0,
  /** It failed, or found something broken. */
  failed: 1,
  /** It was used wrongly: an unknown command or option, a value that cannot be read. */
  usage: 2,
} as const;
