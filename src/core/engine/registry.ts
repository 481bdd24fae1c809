import type { RuleInfo } from '../rules/model';

/** Finds rules by what people may call them: id, former id, family. */
export class RuleRegistry {
  readonly #byName = new Map<string, RuleInfo[]>();
  readonly rules: readonly RuleInfo[];

  constructor(rules: readonly RuleInfo[]) {
    this.rules = rules;
    for (const rule of rules) {
      for (const name of [rule.id, rule.family, ...(rule.aliases ?? [])]) {
        const known = this.#byName.get(name);
        if (known === undefined) this.#byName.set(name, [rule]);
        else known.push(rule);
      }
    }
  }

  /** The rules that `name` stands for: one for an id or alias, all of a family; none for an unknown name. */
  find(name: string): readonly RuleInfo[] {
    return this.#byName.get(name) ?? [];
  }

  /** Every id, alias and family. */
  get names(): Iterable<string> {
    return this.#byName.keys();
  }
}
