/**
 * An immutable map for a value that changes a little with each instruction. `with` shares all that stays; every
 * `MAX_LAYERS` steps the layers are merged, so that neither adding nor looking up grows costly in a long file.
 */
export class LayeredMap<Value> {
  readonly #own: ReadonlyMap<string, Value>;
  readonly #below: LayeredMap<Value> | undefined;
  readonly #depth: number;
  #all: ReadonlyMap<string, Value> | undefined;

  constructor(own: ReadonlyMap<string, Value>, below?: LayeredMap<Value>) {
    const depth = below === undefined ? 0 : below.#depth + 1;
    if (below !== undefined && depth >= MAX_LAYERS) {
      this.#own = new Map([...below.entries(), ...own]);
      this.#below = undefined;
      this.#depth = 0;
    } else {
      this.#own = own;
      this.#below = below;
      this.#depth = depth;
    }
  }

  get(key: string): Value | undefined {
    return this.#own.get(key) ?? this.#below?.get(key);
  }

  /** This map with more entries, which replace those of the same name. */
  with(entries: Iterable<readonly [string, Value]>): LayeredMap<Value> {
    return new LayeredMap(new Map(entries), this);
  }

  /** All entries as one map, made at the first call. */
  entries(): ReadonlyMap<string, Value> {
    this.#all ??= this.#below === undefined ? this.#own : new Map([...this.#below.entries(), ...this.#own]);
    return this.#all;
  }
}

const MAX_LAYERS = 32;
