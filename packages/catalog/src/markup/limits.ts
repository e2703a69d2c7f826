/** The most that a marked copy holds (批注上限); what is beyond stands in the list, or is counted there. */
export const MARKUP_LIMITS = {
  /** Comments that are added to one sheet. */
  comments: 10_000,
  /** Issues named in one comment. */
  issuesOfComment: 10,
  /** Issues in the list, each with a link; a sheet holds 65,530 links. */
  listed: 20_000,
} as const;
