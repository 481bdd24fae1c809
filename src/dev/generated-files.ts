import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Writes generated files, or with `--check` on the command line only names those that would change. */
export class GeneratedFiles {
  readonly #check = process.argv.includes('--check');
  readonly #stale: string[] = [];

  /** Brings a file to this content. */
  write(file: string, content: string): void {
    if (existsSync(file) && readFileSync(file, 'utf8') === content) return;
    this.#stale.push(file);
    if (this.#check) return;
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  /** Removes a file that nothing generates any more. */
  remove(file: string): void {
    this.#stale.push(file);
    if (!this.#check) rmSync(file);
  }

  /** Says what was written; in `--check` mode sets the exit status when anything is out of date. */
  report(): void {
    for (const file of this.#stale) console.log(`${this.#check ? 'out of date' : 'written'}: ${file}`);
    if (this.#check && this.#stale.length > 0) {
      console.error('Run `npm run generate`.');
      process.exitCode = 1;
    }
  }
}
