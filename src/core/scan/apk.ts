import type { DistributionPackage } from './model';

/**
 * The installed packages in a database of apk (Alpine, Wolfi): paragraphs of lines with a letter and a colon, of which `P`
 * is the name, `V` the version and `A` the architecture (https://wiki.alpinelinux.org/wiki/Apk_spec). What is broken is
 * left out.
 */
export function readApkInstalled(text: string, file: string): readonly DistributionPackage[] {
  return text.split(/\n[ \t\r]*\n/).flatMap((paragraph) => {
    const field = (letter: string): string | undefined => new RegExp(`^${letter}:(.*?)\\r*$`, 'm').exec(paragraph)?.[1];
    const [name, version] = [field('P'), field('V')];
    return name === undefined || version === undefined ? [] : [{ name, version, architecture: field('A') ?? '', held: false, manager: 'apk' as const, file }];
  });
}
