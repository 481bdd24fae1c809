/** What `docker run --gpus VALUE` makes of its value (docker/cli, opts/gpus.go). */
export type GpusValue =
  | { readonly kind: 'request'; readonly count: number | 'all' | undefined; readonly devices: readonly string[]; readonly capabilities: readonly string[] }
  /** Docker refuses it with this message. */
  | { readonly kind: 'error'; readonly message: string };

/** Reads the value of `--gpus`: a line of CSV with a count, or with `device`, `count`, `driver`, `capabilities` and `options`. */
export function readGpus(value: string): GpusValue {
  const fields = readCsv(value);
  if (fields === undefined) return { kind: 'error', message: 'bare " in non-quoted field' };
  let count: number | 'all' | undefined;
  let devices: readonly string[] = [];
  let capabilities: readonly string[] = [];
  const seen = new Set<string>();
  for (const field of fields) {
    const at = field.indexOf('=');
    const key = at < 0 ? field : field.slice(0, at);
    const text = field.slice(at + 1);
    if (seen.has(key)) return { kind: 'error', message: `gpu request key '${key}' can be specified only once` };
    seen.add(key);
    if (at < 0 || key === 'count') {
      if (text !== 'all' && !/^[+-]?\d+$/.test(text)) return { kind: 'error', message: `invalid count (${text}): value must be either "all" or an integer` };
      count = text === 'all' ? 'all' : Number(text);
    } else if (key === 'device') devices = text.split(',');
    else if (key === 'capabilities') capabilities = text.split(',');
    else if (key !== 'driver' && key !== 'options') return { kind: 'error', message: `unexpected key '${key}' in '${field}'` };
  }
  if (devices.length > 0 && count !== undefined && count !== 0) return { kind: 'error', message: 'cannot set both Count and DeviceIDs on device request' };
  return { kind: 'request', count: count ?? (devices.length > 0 ? undefined : 1), devices, capabilities };
}

/** The fields of a line; a field in double quotes may hold commas. Undefined for a quote in the middle of a field. */
function readCsv(line: string): readonly string[] | undefined {
  const fields: string[] = [];
  for (let rest = line; ; ) {
    const match = /^"((?:[^"]|"")*)"(,|$)|^([^",]*)(,|$)/.exec(rest);
    if (match === null) return undefined;
    fields.push(match[1]?.replaceAll('""', '"') ?? match[3] ?? '');
    if (match[0].length === rest.length && (match[2] ?? match[4]) === '') return fields;
    rest = rest.slice(match[0].length);
  }
}
