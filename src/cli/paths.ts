import path from 'node:path';

/** A path as reports show it: from the working directory when it lies below it, with `/` between its parts. */
export function formatPath(file: string): string {
  const relative = path.relative(process.cwd(), path.resolve(file));
  const shown = relative === '' || relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
  return path.sep === '\\' ? shown.replaceAll('\\', '/') : shown;
}
