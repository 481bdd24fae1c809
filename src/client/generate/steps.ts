import { l10n, QuickInputButtons, window, type InputBox, type QuickPick, type QuickPickItem } from 'vscode';

/** A row to choose, with what it stands for. */
export interface Choice<T> extends QuickPickItem {
  readonly value: T;
}

/** Where a question stands among others. */
export interface Place {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
}

/** The answer; `back` for the question before, undefined where the whole was dismissed. */
export type Answered<T> = { readonly value: T } | 'back' | undefined;

/** One question: is given the answers so far, and gives them with its own. */
export type Question<T> = (answers: T, place: Place) => Promise<Answered<T>>;

/** Asks one question after the other, with a way back. Questions that give the answers unchanged without asking are passed over in both directions. */
export async function askAll<T>(title: string, start: T, questions: readonly Question<T>[]): Promise<T | undefined> {
  const before: T[] = [];
  let answers = start;
  for (let i = 0; i < questions.length; ) {
    const answered = await questions[i]?.(answers, { title, step: i + 1, totalSteps: questions.length });
    if (answered === undefined) return undefined;
    if (answered === 'back') {
      // What was not asked gave its answers by reference: it is no place to go back to.
      do i--;
      while (i > 0 && before[i] === before[i + 1]);
      i = Math.max(0, i);
      answers = before[i] ?? start;
      continue;
    }
    before[i] = answers;
    before[i + 1] = answered.value;
    answers = answered.value;
    i++;
  }
  return answers;
}

/** One of several; `active` is chosen already. */
export function pickOne<T>(place: Place, placeholder: string, choices: readonly Choice<T>[], active: T): Promise<Answered<T>> {
  const input = window.createQuickPick<Choice<T>>();
  input.items = choices;
  input.placeholder = placeholder;
  input.matchOnDetail = true;
  input.activeItems = choices.filter(({ value }) => value === active);
  return show(input, place, () => {
    const [chosen] = input.selectedItems;
    return chosen === undefined ? undefined : { value: chosen.value };
  });
}

/** Any number of several; those in `selected` are ticked already. */
export function pickMany<T>(place: Place, placeholder: string, choices: readonly Choice<T>[], selected: readonly T[]): Promise<Answered<readonly T[]>> {
  const input = window.createQuickPick<Choice<T>>();
  input.canSelectMany = true;
  input.items = choices;
  input.placeholder = placeholder;
  input.matchOnDetail = true;
  input.selectedItems = choices.filter(({ value }) => selected.includes(value));
  return show(input, place, () => ({ value: input.selectedItems.map(({ value }) => value) }));
}

/** A line of text; `check` gives what is wrong with it. */
export function askText(place: Place, prompt: string, value: string, check: (text: string) => string | undefined): Promise<Answered<string>> {
  const input = window.createInputBox();
  input.prompt = prompt;
  input.value = value;
  const changed = input.onDidChangeValue((text) => {
    input.validationMessage = check(text);
  });
  return show(input, place, () => {
    input.validationMessage = check(input.value);
    return input.validationMessage === undefined ? { value: input.value.trim() } : undefined;
  }).finally(() => void changed.dispose());
}

function show<T>(input: QuickPick<QuickPickItem> | InputBox, { title, step, totalSteps }: Place, read: () => Answered<T>): Promise<Answered<T>> {
  return new Promise<Answered<T>>((resolve) => {
    input.title = title;
    if (totalSteps > 1) {
      input.step = step;
      input.totalSteps = totalSteps;
    }
    input.ignoreFocusOut = true;
    input.buttons = step > 1 ? [QuickInputButtons.Back] : [];
    input.onDidAccept(() => {
      const answer = read();
      if (answer === undefined) return;
      resolve(answer);
      input.hide();
    });
    input.onDidTriggerButton((button) => {
      if (button !== QuickInputButtons.Back) return;
      resolve('back');
      input.hide();
    });
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
  });
}

/** The mark of what suits this machine. */
export function recommended(): string {
  return l10n.t('suits this machine');
}
