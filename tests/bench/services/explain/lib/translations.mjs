// What was translated; a module that the routes share.
export const languages = ['de', 'fr', 'it'];
export const translations = {}; // LEAK

export function translate(language, text) {
  const key = `${language}:${text}`;
  translations[key] ??= { language, text, translated: [...text].reverse().join('') };
  return translations[key];
}
