/** The header in which a caller names its task. */
export const taskHeader = "x-seam-task";
