import type { Setting } from './model';

/** A mount, whichever option asks for it. Texts in Compose's notation. */
export interface Mount {
  readonly type: 'bind' | 'volume' | 'tmpfs';
  /** A path of the host, or the name of a volume; undefined for an anonymous volume and for tmpfs. */
  readonly source: string | undefined;
  readonly target: string;
  readonly readOnly: boolean;
  /** Other options of `-v` or `--mount`, as written. */
  readonly others: readonly string[];
}

/** The mount of `--volume` or `--mount`; undefined for any other option. */
export function readMountSetting({ option, value = '' }: Setting): Mount | undefined {
  if (option === '--volume') return readVolume(value);
  return option === '--mount' ? readMountText(value) : undefined;
}

/** `source:target:ro`, `/anonymous`, `C:\data:/data`. */
export function readVolume(value: string): Mount {
  // A colon inside `${X:-y}` and behind a drive letter divides nothing.
  const parts = value.match(/(?:^[A-Za-z]:(?=[\\/]))?(?:\$\{[^}]*\}|[^:])+/g) ?? [];
  const [first = '', second, ...options] = parts;
  if (second === undefined) return { type: 'volume', source: undefined, target: first, readOnly: false, others: [] };
  const words = options.join(':').split(',').filter((word) => word !== '');
  return {
    type: /^[\w.-]+$/.test(first) && !/^\.+$/.test(first) ? 'volume' : 'bind',
    source: first,
    target: second,
    readOnly: words.includes('ro'),
    others: words.filter((word) => word !== 'ro' && word !== 'rw'),
  };
}

/** `type=bind,source=/a,target=/b,readonly`; the words are those of Docker's `--mount`. */
export function readMountText(value: string): Mount | undefined {
  const fields = value.split(',').map((field): readonly [string, string | undefined] => {
    const at = field.indexOf('=');
    return at < 0 ? [field.trim(), undefined] : [field.slice(0, at).trim(), field.slice(at + 1)];
  });
  const find = (...names: readonly string[]): string | undefined => fields.find(([name]) => names.includes(name))?.[1];
  const target = find('target', 'dst', 'destination');
  const type = find('type') ?? 'volume';
  if (target === undefined || (type !== 'bind' && type !== 'volume' && type !== 'tmpfs')) return undefined;
  const flag = fields.find(([name]) => name === 'readonly' || name === 'ro');
  const known = new Set(['type', 'source', 'src', 'target', 'dst', 'destination', 'readonly', 'ro']);
  return {
    type,
    source: find('source', 'src'),
    target,
    readOnly: flag !== undefined && !/^(?:0|false)$/.test(flag[1] ?? ''),
    others: fields.flatMap(([name, text]) => (known.has(name) ? [] : [text === undefined ? name : `${name}=${text}`])),
  };
}

/** The value of `-v`; undefined where its notation has no place for the mount (tmpfs, options of `--mount`). */
export function toVolume({ type, source, target, readOnly, others }: Mount): string | undefined {
  if (type === 'tmpfs' || others.some((word) => word.includes('='))) return undefined;
  const options = [...(readOnly ? ['ro'] : []), ...others].join(',');
  return [...(source === undefined ? [] : [source]), target, ...(options === '' ? [] : [options])].join(':');
}

/** The text of a `--mount`, as `mounts` of devcontainer.json takes it; undefined for options of `-v` that it lacks. */
export function toMountText({ type, source, target, readOnly, others }: Mount): string | undefined {
  const words = others.map((word) => (/^(?:r?shared|r?slave|r?private)$/.test(word) && type === 'bind' ? `bind-propagation=${word}` : word === 'cached' || word === 'delegated' || word === 'consistent' ? `consistency=${word}` : word));
  // A comma divides the options, and so does a quote at the begin of one.
  if (words.some((word) => !word.includes('=')) || /[,"]/.test(`${source ?? ''}${target}`)) return undefined;
  return [...(source === undefined ? [] : [`source=${source}`]), `target=${target}`, `type=${type}`, ...(readOnly ? ['readonly'] : []), ...words].join(',');
}
