/** A half-open span of a document, in UTF-16 code units from its start. The only coordinate inside core. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A span in a named document. `file` is the path or URI under which the document was handed in. */
export interface Location {
  readonly file: string;
  readonly range: Range;
}

/** True when `inner` lies wholly inside `outer`. */
export function contains(outer: Range, inner: Range): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** True when the two spans share at least one code unit. */
export function overlaps(a: Range, b: Range): boolean {
  return a.start < b.end && b.start < a.end;
}
