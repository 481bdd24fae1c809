const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

const SIZE = String.raw`(\d+(?:\.\d+)?) ?([kKMGT]?i?B)\b`;
const TRANSFER = new RegExp(String.raw`(?<![\w.])${SIZE}(?: / ${SIZE})?`);

/** The bytes that a status line of a builder names: `12.58MB / 30.43MB 0.4s`, `transferring context: 2B done`. */
export function readTransfer(text: string): { readonly currentBytes: number; readonly totalBytes: number | undefined } | undefined {
  const [, current, unit, total, totalUnit] = TRANSFER.exec(text) ?? [];
  if (current === undefined) return undefined;
  return { currentBytes: toBytes(current, unit), totalBytes: total === undefined ? undefined : toBytes(total, totalUnit) };
}

function toBytes(number: string, unit = 'B'): number {
  return Math.round(Number(number) * (UNITS[unit] ?? 1));
}
