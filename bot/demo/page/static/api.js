// Words, and the way to the server.

let texts = {};
let language = 'ru';

export const LANGUAGES = ['ky', 'ru', 'en'];

export async function loadTexts() {
  texts = await (await fetch('/demo/static/texts.json')).json();
}

export function setLanguage(code) {
  language = LANGUAGES.includes(code) ? code : 'ru';
  document.documentElement.lang = language;
}

export const currentLanguage = () => language;

// t returns a text; {name} in it is replaced by values.name.
export function t(key, values = {}) {
  const text = texts[language]?.[key];
  if (text === undefined) throw new Error(`no text ${key} in ${language}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

export const has = (key) => texts[language]?.[key] !== undefined;

// Failure is an answer of the server that the person should read.
export class Failure extends Error {
  constructor(code, detail) {
    super(code);
    this.code = code;
    this.detail = detail;
  }

  get line() {
    const key = `error.${this.code}`;
    const text = has(key) ? t(key) : t('error.internal');
    return this.detail && this.code !== 'no_qr' ? `${text} (${this.detail})` : text;
  }
}

// lineOf turns anything thrown into a line that says what to do.
export function lineOf(error) {
  if (error instanceof Failure) return error.line;
  console.error(error);
  return t('error.internal');
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(`/demo/${path}`, options);
  } catch {
    throw new Failure('offline');
  }
  let body;
  try {
    body = await response.json();
  } catch {
    throw new Failure('internal', `HTTP ${response.status}`);
  }
  if (!response.ok) throw new Failure(body.error?.code ?? 'internal', body.error?.detail);
  return body;
}

export const read = (path) => call(path, {});

export const post = (path, body = {}) =>
  call(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

export const postForm = (path, fields) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return call(path, { method: 'POST', body: form });
};

export const postPicture = (path, blob) =>
  call(path, { method: 'POST', headers: { 'Content-Type': blob.type || 'application/octet-stream' }, body: blob });
