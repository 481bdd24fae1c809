// What pip and conda leave of a package they installed.

/** `name` in the normal form of PEP 503: `Torch_TensorRT` → `torch-tensorrt`. */
export function normalisePythonName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/**
 * Name and version in the METADATA of a wheel, or PKG-INFO of an egg: fields in the form of an e-mail header
 * (https://packaging.python.org/en/latest/specifications/core-metadata/). Undefined where one is missing.
 */
export function readPythonMetadata(text: string): { readonly name: string; readonly version: string } | undefined {
  const [header = ''] = text.split(/\r?\n\r?\n/, 1);
  const name = /^Name:[ \t]*(\S+)/im.exec(header)?.[1];
  const version = /^Version:[ \t]*(\S+)/im.exec(header)?.[1];
  return name === undefined || version === undefined ? undefined : { name: normalisePythonName(name), version };
}

/** Name and version in the name of a folder: `torch-2.1.0+cu118.dist-info`, `foo-1.0-py3.10.egg-info`; undefined for others. */
export function readDistributionFolder(name: string): { readonly name: string; readonly version: string } | undefined {
  const [, written, version] = /^([A-Za-z\d](?:[\w.]*[A-Za-z\d])?)-(\d[^-]*)(?:-py[\d.]+)?\.(?:dist|egg)-info$/.exec(name) ?? [];
  return written === undefined || version === undefined ? undefined : { name: normalisePythonName(written), version };
}

/**
 * The files in a RECORD, from the folder of packages (`torch/lib/libc10.so`, `../../../bin/trtexec`): lines of path, hash and
 * size with commas, a path with a comma or quote in quotes (https://packaging.python.org/en/latest/specifications/recording-installed-packages/).
 */
export function readRecord(text: string): readonly string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, quoted, plain = ''] = /^(?:"((?:[^"]|"")*)"|([^,"]+)),[^,]*,\d*$/.exec(line) ?? [];
    const path = quoted?.replaceAll('""', '"') ?? plain;
    return path === '' ? [] : [path];
  });
}

/** A package in conda's records. */
export interface CondaPackage {
  readonly name: string;
  readonly version: string;
  /** From the environment's folder. */
  readonly files: readonly string[];
}

/** Reads a file of `conda-meta`; undefined where it holds no package. Never throws. */
export function readCondaPackage(text: string): CondaPackage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, version, files } = value as Record<string, unknown>;
  if (typeof name !== 'string' || typeof version !== 'string') return undefined;
  return { name: normalisePythonName(name), version, files: Array.isArray(files) ? files.filter((file) => typeof file === 'string') : [] };
}

/** The version that a package states in a Python file: `__version__ = '2.1.0+cu118'`; undefined where none is written out. */
export function readPythonAssignment(text: string, name: string): string | undefined {
  return new RegExp(`^${name}(?:\\s*:[^=\\n]+)?\\s*=\\s*(['"])([^'"\\n]+)\\1`, 'm').exec(text)?.[2];
}
