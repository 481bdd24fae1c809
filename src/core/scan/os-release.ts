import type { OperatingSystem } from './model';

/** Reads `/etc/os-release` (os-release(5)); null where it names no system. */
export function readOsRelease(text: string, file: string): OperatingSystem | null {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, quoted, plain] = /^([A-Z_]+)=(?:["'](.*)["']|(.*?))\s*$/.exec(line) ?? [];
    if (name !== undefined) values.set(name, (quoted ?? plain ?? '').replace(/\\(["'$`\\])/g, '$1'));
  }
  const id = values.get('ID');
  if (id === undefined || id === '') return null;
  return { id, versionId: values.get('VERSION_ID') ?? null, prettyName: values.get('PRETTY_NAME') ?? null, file };
}
