// Where this machine's apt gets Debian from.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const SOURCES = '/etc/apt/sources.list';

/** The mirror of Debian that apt is set up with, as its address; throws where its sources name none. */
export function debianMirror() {
  const parts = `${SOURCES}.d`;
  const files = [SOURCES, ...(existsSync(parts) ? readdirSync(parts).map((name) => path.join(parts, name)) : [])];
  const lines = files.filter((file) => existsSync(file)).flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  const [address] = lines.filter((line) => !line.startsWith('#')).flatMap((line) => /https?:\/\/\S+\/debian\/?(?=\s|$)/.exec(line) ?? []);
  if (address === undefined) throw new Error(`The sources of apt (${SOURCES}, ${parts}) name no mirror of Debian`);
  return address;
}
