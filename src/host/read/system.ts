import type { FileOutcome, MachineEvidence } from '../evidence';

/** Text of a file; undefined where it could not be read. */
export function textOf(file: FileOutcome): string | undefined {
  return 'text' in file ? file.text : undefined;
}

/** Version of the loaded kernel module of the driver, from /proc/driver/nvidia/version: `580.173.02`. */
export function readKernelModule({ files }: MachineEvidence): string | undefined {
  return /Kernel Module(?: for \S+)?\s+(\d{3}(?:\.\d+)+)/.exec(textOf(files.kernelModule) ?? '')?.[1];
}

/** Version of the container toolkit: `1.17.8`. nvidia-ctk tells it; older toolkits have nvidia-container-cli alone. */
export function readToolkitVersion({ commands: { ctk, containerCli } }: MachineEvidence): string | undefined {
  return /version\s+v?(\d+(?:\.\d+)+)/.exec(ctk.stdout)?.[1] ?? /(?:^|\n)(?:cli-)?version:\s*(\d+(?:\.\d+)+)/.exec(containerCli.stdout)?.[1];
}

/** Release of Jetson Linux from /etc/nv_tegra_release (`# R35 (release), REVISION: 4.1, …`): `35.4.1`. */
export function readL4t({ files }: MachineEvidence): string | undefined {
  const [, major, revision] = /^# R(\d+) \(release\), REVISION: (\d+(?:\.\d+)*)/.exec(textOf(files.tegraRelease) ?? '') ?? [];
  return major === undefined || revision === undefined ? undefined : `${major}.${revision}`;
}

/** Members of /etc/os-release (os-release(5)), without their quotes. */
export function readOsRelease({ files }: MachineEvidence): ReadonlyMap<string, string> {
  const matches = (textOf(files.osRelease) ?? '').matchAll(/^([A-Z_]+)=["']?([^"'\n]*)/gm);
  return new Map(Array.from(matches, ([, name = '', value = '']) => [name, value] as const));
}

/** A boolean of the toolkit's config.toml, wherever it stands; undefined where it is not set. */
export function readToolkitSwitch({ files }: MachineEvidence, name: string): boolean | undefined {
  const line = (textOf(files.toolkitConfig) ?? '').split('\n').find((one) => new RegExp(`^\\s*${name}\\s*=`).test(one));
  return line === undefined ? undefined : /=\s*true\b/.test(line);
}
