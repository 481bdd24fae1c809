import type { DistributionPackage } from './model';

/**
 * The installed packages in a dpkg status file, or in a file of `status.d` of images without dpkg (whose paragraphs have
 * no Status field and stand for an installed package). Format: deb-control(5), dpkg(1). What is broken is left out.
 */
export function readDpkgStatus(text: string, file: string): readonly DistributionPackage[] {
  const packages: DistributionPackage[] = [];
  for (const paragraph of text.split(/\n[ \t]*\n/)) {
    const name = field(paragraph, 'Package');
    const version = field(paragraph, 'Version');
    const status = field(paragraph, 'Status');
    if (name === undefined || version === undefined) continue;
    // `want flag state`: `install ok installed`, `hold ok installed`, `deinstall ok config-files`.
    if (status !== undefined && !/\sinstalled$/.test(status)) continue;
    packages.push({ name, version, architecture: field(paragraph, 'Architecture') ?? '', held: status?.startsWith('hold ') === true, manager: 'apt', file });
  }
  return packages;
}

function field(paragraph: string, name: string): string | undefined {
  return new RegExp(`^${name}:[ \\t]*(.*?)[ \\t\\r]*$`, 'm').exec(paragraph)?.[1];
}
