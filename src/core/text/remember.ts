const MAXIMUM_ENTRIES = 1000;

/**
 * A pure function of texts that remembers its answers, for look-ups that every rule asks again for every package.
 * It forgets all when it knows too many: the bound is for a server that reads hostile files for days.
 */
export function remember<Arguments extends readonly (string | undefined)[], Answer>(
  answer: (...texts: Arguments) => Answer,
): (...texts: Arguments) => Answer {
  const answers = new Map<string, Answer>();
  return (...texts) => {
    const key = texts.join('\n');
    const known = answers.get(key);
    if (known !== undefined || answers.has(key)) return known as Answer;
    if (answers.size >= MAXIMUM_ENTRIES) answers.clear();
    const made = answer(...texts);
    answers.set(key, made);
    return made;
  };
}
