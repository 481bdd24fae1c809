/**
 * The name of a language's files, `zh-cn`, for a locale as editors and systems write it: `zh-CN`, `zh_CN.UTF-8`, `zh-Hans`.
 * Undefined for English, and for what is no locale.
 */
export function languageOf(locale: string): string | undefined {
  const tag = locale.toLowerCase().replaceAll('_', '-').replace(/[.@].*$/, '');
  if (!/^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/.test(tag) || /^en\b/.test(tag)) return undefined;
  // Simplified Chinese is said by its script, or by a region that writes it; zh-tw and zh-hk are Traditional.
  return /^zh(?:-hans(?:-[a-z]{2})?|-(?:cn|sg))?$/.test(tag) ? 'zh-cn' : tag;
}
