// What a tap on a link does on these phones.

import { h, icon, sheet } from './dom.js';
import { post, t } from './api.js';

// isNational reports whether a link carries payment details after its # (national rules: any scheme, any host).
export function isNational(link) {
  return /^elqr-[a-z0-9-]+:/i.test(link) || /^(?:[^#]*#)?0002\d\d/.test(link);
}

// shareOf takes a t.me/share/url link apart.
export function shareOf(link) {
  let u;
  try { u = new URL(link); } catch { return null; }
  if (!['t.me', 'telegram.me'].includes(u.hostname) || u.pathname !== '/share/url') return null;
  return { url: u.searchParams.get('url') ?? '', text: u.searchParams.get('text') ?? '' };
}

export const isWeb = (link) => /^https?:\/\//i.test(link);

const isOurs = (link) => { try { return new URL(link, location.href).origin === location.origin; } catch { return false; } };

// share asks for a chat, as Telegram does, and posts the link into the customer's messenger; before is done once a
// chat is chosen.
export async function share({ url, text }, shared, before) {
  const chosen = await sheet(t('share.title'), (close) => [
    h('h3', {}, t('share.title')),
    h('p', { class: 'quoted' }, [text, url].filter(Boolean).join(' ')),
    h('button', { type: 'button', class: 'choice', autofocus: true, onclick: () => close(true) },
      h('span', { class: 'avatar tone-2' }, t('customer.name').slice(0, 1)),
      h('span', { class: 'choice-words' }, h('strong', {}, t('customer.name')), h('small', {}, t('share.customer')))),
    h('button', { type: 'button', class: 'plain wide-button', onclick: () => close() }, t('app.cancel')),
  ]);
  if (!chosen) return false;
  await before?.();
  await post('messenger', { url, text });
  shared.openTab('customer');
  return true;
}

// open follows a link: national ones into the bank app, ours into a window of their own, others after a question.
export async function open(link, shared, { bar } = {}) {
  const shareable = shareOf(link);
  if (shareable) return share(shareable, shared);
  if (isNational(link)) return shared.bank.open(link);
  if (!isWeb(link)) return undefined;
  if (!isOurs(link)) {
    const agreed = await sheet(t('open.title'), (close) => [
      h('h3', {}, t('open.title')),
      h('p', { class: 'quoted' }, link),
      h('div', { class: 'row end' },
        h('button', { type: 'button', class: 'plain', onclick: () => close() }, t('app.cancel')),
        h('a', { class: 'button', href: link, target: '_blank', rel: 'noopener noreferrer', autofocus: true, onclick: () => close() }, t('open.open'))),
    ]);
    return agreed;
  }
  const wide = matchMedia('(min-width: 1080px)').matches;
  const child = window.open(link, '_blank', wide ? `popup,width=460,height=800,left=${screenX + 120},top=${screenY + 60}` : '');
  if (!child) {
    await sheet(t('open.title'), (close) => [
      h('h3', {}, t('open.blocked')),
      h('a', { class: 'button wide-button', href: link, target: '_blank', rel: 'noopener', autofocus: true, onclick: () => close() }, t('open.open')),
    ]);
    return undefined;
  }
  if (bar) watchWindow(child, bar);
  return undefined;
}

// watchWindow keeps a line over the chat while a form of ours is open in a window, with a way back to it.
function watchWindow(child, phone) {
  phone.querySelector('.elsewhere')?.remove();
  const line = h('div', { class: 'elsewhere', role: 'status' },
    icon('out'), h('span', {}, t('open.elsewhere')),
    h('button', { type: 'button', class: 'plain', onclick: () => child.focus() }, t('open.show')));
  phone.querySelector('.phone-head').after(line);
  const timer = setInterval(() => {
    if (!child.closed) return;
    clearInterval(timer);
    line.remove();
    phone.querySelector('textarea')?.focus();
  }, 400);
}

export async function copy(text, phoneNotice) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Over plain http on another machine there is no clipboard: show the text, selected.
    await sheet(t('copy.title'), (close) => [
      h('h3', {}, t('copy.title')),
      h('textarea', { readonly: true, rows: 4, autofocus: true, onfocus: (e) => e.target.select() }, text),
      h('button', { type: 'button', class: 'button wide-button', onclick: () => close() }, t('app.done')),
    ]);
    return;
  }
  phoneNotice(t('copy.done'));
}
