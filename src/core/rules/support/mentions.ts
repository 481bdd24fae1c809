import type { StackReport } from '../../stack/model';

/** Whether a pattern occurs anywhere in a Dockerfile or in the files of its build context that were read: a cheap question before dear ones. */
export function mentions({ dockerfile, files }: StackReport, pattern: RegExp): boolean {
  if (pattern.test(dockerfile.text)) return true;
  for (const text of files.values()) if (pattern.test(text)) return true;
  return false;
}
