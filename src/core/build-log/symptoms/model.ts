/** A word of the Dockerfile that a symptom speaks of. */
export type Sought =
  /** A package given to apt, dpkg, yum or conda; `version` where several of one name are given. */
  | { readonly kind: 'package'; readonly name: string; readonly version?: string }
  /** A requirement given to pip. */
  | { readonly kind: 'requirement'; readonly name: string }
  /** A download or a repository. A part of the address is enough. */
  | { readonly kind: 'url'; readonly url: string }
  /** A file that is copied, installed, unpacked or read. */
  | { readonly kind: 'file'; readonly path: string }
  /** A command by its name, the likeliest name first; its last call unless the first is wanted. */
  | { readonly kind: 'command'; readonly names: readonly string[]; readonly first?: true }
  /** Any word that holds this text. */
  | { readonly kind: 'text'; readonly text: string };

/** One thing that went wrong, as the output of a step tells it. */
export interface Symptom {
  /** Kebab-case, the tool first: `apt-version-missing`. */
  readonly code: string;
  /** What is wrong, with `{placeholders}`. */
  readonly template: string;
  readonly data: Readonly<Record<string, string>>;
  /** Lines of the output that say so, from 0; `last` is the nearest to the failure. */
  readonly first: number;
  readonly last: number;
  /** The lines to be quoted, where the first and the last do not tell the reason. */
  readonly quoted?: readonly number[];
  /** Where to show it, the best place first; the whole instruction where none of them is found. */
  readonly seeks: readonly Sought[];
}

/** Finds the symptoms of one kind of tool in what a step printed, without colours and times. */
export interface SymptomReader {
  /** `cause`: what makes other tools fail, and so tells more than what they say of it. */
  readonly rank: 'cause' | 'tool' | 'last-resort';
  read(lines: readonly string[]): readonly Symptom[];
}

/** How one line tells a symptom: its groups become the data. */
export interface LinePattern {
  readonly code: string;
  readonly pattern: RegExp;
  readonly template: string;
  readonly seeks: (groups: Readonly<Record<string, string>>) => readonly Sought[];
}

/** A reader of symptoms that are one line each; the first pattern that fits a line is taken. */
export function readLines(patterns: readonly LinePattern[], rank: SymptomReader['rank'] = 'tool'): SymptomReader {
  return {
    rank,
    read: (lines) =>
      lines.flatMap((line, index) => {
        for (const { code, pattern, template, seeks } of patterns) {
          const match = pattern.exec(line);
          if (match === null) continue;
          const data = Object.fromEntries(Object.entries(match.groups ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
          return [{ code, template, data, first: index, last: index, seeks: seeks(data) }];
        }
        return [];
      }),
  };
}
