// The customer's phone: a messenger, not Telegram, in which the merchant's links arrive.

import { clock, h, icon, iconButton, notice } from './dom.js';
import { currentLanguage, lineOf, post, t } from './api.js';
import { linkify } from './bubble.js';
import { parse } from './html.js';
import { isNational, isWeb, open } from './links.js';

export class CustomerPhone {
  constructor(root, shared) {
    this.root = root;
    this.shared = shared;
    this.bubbles = [];
    this.seen = shared.state.messenger.at(-1)?.id ?? 0;
    this.previews = new Map(); // language and link → promise of {title, text, image}
  }

  render() {
    this.list = h('div', { class: 'messages', role: 'log', 'aria-live': 'polite', 'aria-label': t('customer.log'), tabindex: '0' });
    this.area = h('textarea', { rows: 1, maxlength: 4096, 'aria-label': t('customer.write'), placeholder: t('customer.write'), enterkeyhint: 'send',
      onkeydown: (e) => { if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); this.submit(); } } });
    this.root.replaceChildren(
      h('header', { class: 'phone-head' }, h('span', { class: 'avatar tone-3', 'aria-hidden': 'true' }, t('customer.shop').slice(0, 1)),
        h('div', { class: 'choice-words' }, h('strong', {}, t('customer.shop')), h('small', {}, t('customer.messenger')))),
      h('div', { class: 'wall warm' }, this.list),
      h('footer', { class: 'composer' }, h('div', { class: 'line' }, h('div', { class: 'field' }, this.area),
        iconButton('send', t('chat.send'), () => this.submit(), { class: 'icon-button send' }))));
    this.draw();
  }

  show(bubbles) {
    this.bubbles = bubbles;
    if (this.list) this.draw();
    const fresh = bubbles.filter((b) => b.id > this.seen && !b.mine).length;
    if (this.shared.isShown('customer')) this.seen = bubbles.at(-1)?.id ?? 0;
    else this.shared.badge('customer', fresh);
  }

  shown() {
    this.seen = this.bubbles.at(-1)?.id ?? 0;
    this.list.scrollTop = this.list.scrollHeight;
  }

  draw() {
    const known = new Set([...this.list.children].map((n) => n.dataset.id));
    if (this.bubbles.length === 0) {
      this.list.replaceChildren(h('div', { class: 'empty' }, h('span', { class: 'round large' }, icon('share')), h('h3', {}, t('customer.empty')), h('p', {}, t('customer.emptyHint'))));
      return;
    }
    this.list.querySelector('.empty')?.remove();
    for (const bubble of this.bubbles) {
      if (!known.has(String(bubble.id))) this.list.append(this.bubble(bubble));
    }
    this.list.scrollTop = this.list.scrollHeight;
  }

  bubble(b) {
    const on = { link: (url) => this.follow(url), command: () => {} };
    const body = h('div', { class: 'bubble' });
    if (b.text) body.append(h('div', { class: 'text' }, ...linkify(b.text, on)));
    const link = b.url || /https?:\/\/\S+|elqr-[a-z0-9-]+:\/\/\S+/i.exec(b.text ?? '')?.[0];
    if (b.url && !b.text?.includes(b.url)) body.append(h('div', { class: 'text link-line' }, h('a', { href: isWeb(b.url) ? b.url : '#', rel: 'noopener noreferrer', onclick: (e) => { e.preventDefault(); this.follow(b.url); } }, b.url)));
    if (link) body.prepend(this.card(link));
    body.append(h('span', { class: 'meta' }, h('time', { datetime: b.date }, clock(b.date))));
    return h('div', { class: `message ${b.mine ? 'mine' : 'theirs'}`, 'data-id': b.id }, body);
  }

  // card is the preview over a link; tapping it opens the link.
  card(link) {
    const title = h('strong', {}, isNational(link) ? t('customer.national') : t('customer.page'));
    const text = h('small', {}, isNational(link) ? t('customer.nationalHint') : t('customer.pageHint'));
    const art = h('span', { class: 'card-art' }, icon(isNational(link) ? 'scan' : 'link'));
    const card = h('button', { type: 'button', class: 'link-card', onclick: () => this.follow(link) },
      art, h('span', { class: 'choice-words' }, title, text, h('small', { class: 'host' }, hostOf(link))));
    if (!isNational(link)) {
      this.preview(link).then((found) => {
        if (found?.title) title.textContent = found.title;
        if (found?.text) text.textContent = found.text;
        if (found?.image) art.replaceChildren(h('img', { src: found.image, alt: '' }));
      });
    }
    return card;
  }

  // preview reads the og: properties of a page of ours; other people's pages are not asked.
  preview(link) {
    const url = new URL(link, location.href);
    if (url.origin !== location.origin) return Promise.resolve(null);
    const key = `${currentLanguage()} ${link}`;
    if (!this.previews.has(key)) this.previews.set(key, readPreview(url));
    return this.previews.get(key);
  }

  async follow(link) {
    try {
      await open(link, this.shared);
    } catch (error) {
      notice(this.root, lineOf(error), { urgent: true, closeLabel: t('app.close') });
    }
  }

  async submit() {
    const text = this.area.value.trim();
    if (!text) return;
    try {
      await post('messenger', { text, mine: true });
      this.area.value = '';
    } catch (error) {
      notice(this.root, lineOf(error), { urgent: true, closeLabel: t('app.close') });
    }
  }
}

const hostOf = (link) => /^[a-z0-9+.-]+:\/\/([^/#?]+)/i.exec(link)?.[1] ?? '';

async function readPreview(url) {
  try {
    const response = await fetch(url, { headers: { Accept: 'text/html', 'Accept-Language': currentLanguage() } });
    if (!response.ok) return null;
    const page = parse(await response.text());
    const property = (name) => page.querySelector(`meta[property="og:${name}"]`)?.content;
    const image = property('image') && new URL(property('image'), url);
    return { title: property('title'), text: property('description'), image: image?.origin === location.origin ? image.href : null };
  } catch {
    return null;
  }
}
