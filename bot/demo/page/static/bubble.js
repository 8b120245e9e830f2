// One bubble of the merchant's chat. Its HTML is treated as hostile: it is parsed into a document that runs nothing
// and loads nothing, and rebuilt from a short list of elements.

import { clock, h, icon } from './dom.js';
import { t } from './api.js';
import { parse } from './html.js';
import { isNational, isWeb } from './links.js';

const KEPT = new Set(['B', 'STRONG', 'I', 'EM', 'U', 'INS', 'S', 'STRIKE', 'DEL', 'CODE', 'PRE', 'BLOCKQUOTE', 'BR']);
const DROPPED = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'IFRAME', 'OBJECT', 'SVG', 'MATH', 'TITLE', 'NOSCRIPT']);
const MAX_DEPTH = 24;

// richText rebuilds a bubble's HTML; on.link and on.command are called for taps.
export function richText(html, on) {
  const target = document.createDocumentFragment();
  copyChildren(parse(html).body, target, on, 0);
  return target;
}

function copyChildren(from, to, on, depth) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      to.append(...linkify(node.data, on, from.closest?.('a,code,pre,button') !== null));
    } else if (node.nodeType === Node.ELEMENT_NODE && !DROPPED.has(node.nodeName.toUpperCase()) && depth < MAX_DEPTH) {
      const twin = rebuilt(node, on);
      copyChildren(node, twin ?? to, on, depth + 1);
      if (twin) to.append(twin);
    }
  }
}

// rebuilt makes the clean twin of an element, or null where only its contents are kept.
function rebuilt(node, on) {
  if (KEPT.has(node.nodeName)) return h(node.nodeName.toLowerCase());
  if (node.nodeName === 'A') return anchor(node.getAttribute('href') ?? '', on);
  if (node.nodeName === 'TG-SPOILER' || /^(tg-)?spoiler$/.test(node.className)) {
    const reveal = () => spoiler.classList.add('revealed');
    const spoiler = h('span', { class: 'spoiler', tabindex: '0', role: 'button', 'aria-label': t('chat.spoiler'), onclick: reveal, onkeydown: (e) => e.key === 'Enter' && reveal() });
    return spoiler;
  }
  if (node.nodeName === 'BUTTON' && node.className === 'command') {
    const text = node.textContent;
    return h('button', { type: 'button', class: 'command', onclick: () => on.command(text) });
  }
  return null;
}

function anchor(href, on) {
  if (!isWeb(href) && !isNational(href) && !/^(mailto|tel|tg):/i.test(href)) return null;
  return h('a', { href: isWeb(href) ? href : '#', rel: 'noopener noreferrer', onclick: (e) => { e.preventDefault(); on.link(href); } });
}

const LINK = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]»])|(elqr-[a-z0-9-]+:\/\/[^\s<>"]+)/gi;

// linkify makes the bare links of a text tappable.
export function linkify(text, on, plain = false) {
  if (plain) return [text];
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    parts.push(text.slice(at, match.index));
    const link = anchor(match[0], on);
    link.append(match[0]);
    parts.push(link);
    at = match.index + match[0].length;
  }
  return [...parts, text.slice(at)];
}

const size = (bytes) => (bytes >= 1 << 20 ? `${(bytes >> 20)} MB` : `${Math.max(1, bytes >> 10)} KB`);

// bubble builds a message; on: link, command, press(row, col, button), picture(file), menu(message).
export function bubble(message, on) {
  if (message.service) return h('div', { class: 'service', 'data-id': message.id }, message.service);
  const side = message.from_bot ? 'theirs' : 'mine';
  const body = h('div', { class: 'bubble' });
  if (message.forwarded) body.append(h('div', { class: 'forwarded' }, t('chat.forwarded')));
  if (message.photo) body.append(photo(message.photo, on));
  if (message.document) body.append(file(message.document));
  if (message.sticker) body.append(h('div', { class: 'sticker', role: 'img', 'aria-label': t('attach.sticker') }, message.sticker));
  if (message.voice) body.append(h('div', { class: 'attachment' }, h('span', { class: 'round' }, icon('voice')), h('span', {}, t('attach.voice'))));
  if (message.contact) body.append(contact(message.contact));
  if (message.location) body.append(location(message.location));
  if (message.html) body.append(h('div', { class: 'text' }, richText(message.html, on)));
  else if (message.text) body.append(h('div', { class: 'text' }, ...linkify(message.text, on)));
  body.append(h('span', { class: 'meta' },
    message.edited && h('i', {}, t('chat.edited')),
    h('time', { datetime: message.date }, clock(message.date)),
    !message.from_bot && h('span', { class: 'sent', 'aria-hidden': 'true' }, '✓')));
  const editable = !message.from_bot && message.text && !message.photo && !message.document;
  const row = h('div', { class: `message ${side}`, 'data-id': message.id },
    h('span', { class: 'hidden' }, message.from_bot ? t('chat.bot') : t('chat.you')), body);
  if (editable) row.append(h('button', { type: 'button', class: 'icon-button touch-up', 'aria-label': t('chat.edit'), title: t('chat.edit'), onclick: () => on.edit(message) }, icon('edit')));
  if (!message.buttons?.length) return row;
  return h('div', { class: 'with-buttons', 'data-id': message.id }, row, buttons(message, on));
}

function photo(picture, on) {
  const image = h('img', { src: `/demo/files/${encodeURIComponent(picture.id)}`, alt: t('chat.picture'), loading: 'lazy',
    width: picture.width || false, height: picture.height || false });
  return h('button', { type: 'button', class: 'photo', 'aria-label': t('chat.enlarge'), onclick: () => on.picture(picture) }, image);
}

function file(document) {
  return h('a', { class: 'attachment', href: `/demo/files/${encodeURIComponent(document.id)}?download`, download: document.name ?? '' },
    h('span', { class: 'round' }, icon('down')),
    h('span', { class: 'choice-words' }, h('strong', {}, document.name ?? t('chat.file')), h('small', {}, document.size ? size(document.size) : '')));
}

function contact(person) {
  return h('div', { class: 'attachment' }, h('span', { class: 'round' }, icon('person')),
    h('span', { class: 'choice-words' }, h('strong', {}, person.first_name), h('small', {}, person.phone)));
}

function location(point) {
  return h('div', { class: 'attachment' }, h('span', { class: 'round' }, icon('place')),
    h('span', { class: 'choice-words' }, h('strong', {}, t('attach.location')), h('small', {}, `${point.latitude.toFixed(5)}, ${point.longitude.toFixed(5)}`)));
}

const KIND_ICONS = { url: 'out', copy: 'copy', share: 'share' };

function buttons(message, on) {
  return h('div', { class: 'inline', role: 'group', 'aria-label': t('chat.buttons') },
    message.buttons.map((line, row) => h('div', { class: 'inline-row' }, line.map((button, col) => {
      const kind = /^https?:\/\/t(elegram)?\.me\/share\/url/.test(button.url ?? '') ? 'share' : button.kind;
      return h('button', { type: 'button', onclick: (e) => on.press(message, row, col, button, e.currentTarget) },
        h('span', {}, button.text), KIND_ICONS[kind] && icon(KIND_ICONS[kind]));
    }))));
}
