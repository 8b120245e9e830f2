// The one place where a string becomes a document: one that runs nothing, loads nothing and is never shown. The
// policy "inert" is the only one that the page's Content-Security-Policy allows.

const policy = window.trustedTypes?.createPolicy('inert', { createHTML: (html) => html });

export function parse(html) {
  return new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, 'text/html');
}
