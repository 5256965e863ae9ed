/** What the command's exit code says. */
export const exitCodes = {
  /** It did what was asked, and found nothing wrong. */
  ok: 0,
  /** It failed, or found something broken. */
  failed: 1,
  /** It was used wrongly: an unknown command or option, a value that cannot be read. */
  usage: 2,
  /** `seam eval`: so many scores are missing that nothing can be said. */
  faults: 3,
  /** `seam eval`: a limit of cost or time was reached before the end. */
  limit: 4,
  /** It was stopped by Ctrl-C, as shells say it. */
  stopped: 130,
} as const;
