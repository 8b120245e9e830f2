// The merchant's phone: the chat with the bot, and the people who can hold the phone.

import { day, h, icon, iconButton, notice, sheet } from './dom.js';
import { lineOf, post, t } from './api.js';
import { bubble } from './bubble.js';
import { Composer } from './composer.js';
import { copy, isNational, isWeb, open, share } from './links.js';

const LANGUAGE_NAMES = { ky: 'Кыргызча', ru: 'Русский', en: 'English' };

export class MerchantPhone {
  constructor(root, people, shared) {
    this.root = root;
    this.people = people;
    this.shared = shared;
    this.chat = null;
    this.unread = new Map(); // user id → count
    this.shownIDs = new Map(); // message id → JSON of the bubble
    this.composer = new Composer(this);
  }

  get notify() { return (text, options) => notice(this.root, text, { closeLabel: t('app.close'), ...options }); }

  // attempt runs something and shows its failure as a line.
  async attempt(act) {
    try {
      return await act();
    } catch (error) {
      this.notify(lineOf(error), { urgent: true });
      return undefined;
    }
  }

  post(what, body) { return post(`chat/${this.shared.user}/${what}`, body); }

  render() {
    const { state } = this.shared;
    if (!state.telegram) {
      this.renderReal();
      return;
    }
    this.status = h('small', { role: 'status' });
    this.list = h('div', { class: 'messages', role: 'log', 'aria-live': 'polite', 'aria-relevant': 'additions', 'aria-label': t('chat.log'), tabindex: '0' });
    this.jump = iconButton('down', t('chat.newest'), () => this.scrollDown(), { class: 'icon-button jump', hidden: true });
    this.list.addEventListener('scroll', () => { this.jump.hidden = this.atBottom(); });
    this.composer.build();
    this.root.replaceChildren(
      h('header', { class: 'phone-head' },
        h('img', { class: 'avatar', src: '/demo/static/mark.svg', alt: '' }),
        h('div', { class: 'choice-words' }, h('strong', {}, 'ELKART Trade'), this.status),
        iconButton('more', t('chat.more'), () => this.more())),
      h('div', { class: 'wall' }, this.list, this.jump),
      this.composer.node);
    this.shownIDs.clear();
    this.renderPeople();
    if (this.chat) this.showChat(this.chat);
  }

  // renderReal stands in when the bot speaks to the real Telegram.
  renderReal() {
    const { bot } = this.shared.state;
    this.people.replaceChildren();
    this.root.replaceChildren(h('div', { class: 'empty tall' },
      h('img', { src: '/demo/static/mark.svg', alt: '', width: 72, height: 72 }),
      h('h3', {}, t('merchant.real')), h('p', {}, t('merchant.realHint')),
      h('a', { class: 'button', href: `https://t.me/${encodeURIComponent(bot)}`, target: '_blank', rel: 'noopener noreferrer' }, `@${bot}`)));
  }

  renderPeople() {
    if (!this.shared.state.telegram || !this.root.firstChild) return;
    const chips = this.shared.state.users.map((user, i) => {
      const count = this.unread.get(user.id) ?? 0;
      const name = [user.first_name, user.last_name].filter(Boolean).join(' ');
      const label = `${name}, ${LANGUAGE_NAMES[(user.language_code ?? '').slice(0, 2)] ?? user.language_code ?? ''}${count ? `, ${t('merchant.unread', { count })}` : ''}`;
      return h('button', { type: 'button', class: `person tone-${i % 6}`, 'aria-pressed': String(user.id === this.shared.user), 'aria-label': label, title: label, onclick: () => this.shared.chooseUser(user.id) },
        h('span', { class: 'avatar', 'aria-hidden': 'true' }, user.first_name.slice(0, 1)),
        h('span', { class: 'person-name' }, user.first_name),
        count > 0 && h('b', { class: 'badge' }, count > 99 ? '99+' : String(count)));
    });
    this.people.replaceChildren(...chips, iconButton('plus', t('merchant.add'), () => this.addPerson(), { class: 'icon-button add-person' }));
  }

  choose(id) {
    this.chat = null;
    this.shownIDs.clear();
    this.list?.replaceChildren();
    this.unread.set(id, 0);
    this.composer.reset();
    this.renderPeople();
  }

  showChat(chat) {
    if (chat.user.id !== this.shared.user) return;
    const first = this.chat === null;
    this.chat = chat;
    this.status.textContent = chat.blocked ? t('chat.blocked') : chat.typing ? t('chat.typing') : t('chat.bot');
    const stay = !first && !this.atBottom();
    const fresh = this.syncBubbles(chat.messages);
    this.countSeen(chat, first ? 0 : fresh);
    if (stay && fresh) this.jump.hidden = false;
    if (!stay) this.scrollDown();
    this.composer.update(chat);
  }

  // syncBubbles makes the list equal to the messages, touching only what changed, and returns how many of the
  // bot's are new.
  syncBubbles(messages) {
    let fresh = 0;
    const keep = new Set(messages.map((m) => m.id));
    for (const node of [...this.list.children]) {
      if (!keep.has(Number(node.dataset.id))) node.remove();
    }
    for (const id of [...this.shownIDs.keys()]) if (!keep.has(id)) this.shownIDs.delete(id);
    this.list.querySelector('.empty')?.remove();
    let before = this.list.firstElementChild;
    let lastDay = '';
    for (const message of messages) {
      const newDay = day(message.date) !== lastDay;
      lastDay = day(message.date);
      const json = JSON.stringify([message, newDay]);
      const known = this.shownIDs.get(message.id);
      if (known === json) {
        before = before.nextElementSibling;
        continue;
      }
      let node = bubble(message, this.handlers());
      if (newDay) node = h('div', { class: 'day-start', 'data-id': message.id }, h('div', { class: 'service' }, lastDay), node);
      if (known === undefined) {
        if (message.from_bot) fresh++;
        this.list.insertBefore(node, before);
      } else {
        const next = before.nextElementSibling;
        before.replaceWith(node);
        before = next;
      }
      this.shownIDs.set(message.id, json);
    }
    if (messages.length === 0) this.list.append(this.emptyNode());
    return fresh;
  }

  emptyNode() {
    return h('div', { class: 'empty' }, h('img', { src: '/demo/static/mark.svg', alt: '', width: 64, height: 64 }),
      h('h3', {}, t('chat.empty')), h('p', {}, t('chat.emptyHint')));
  }

  handlers() {
    return {
      link: (url) => this.attempt(() => this.follow(url)),
      command: (text) => this.attempt(() => this.post('text', { text })),
      press: (message, row, col, button, node) => this.press(message, row, col, button, node),
      picture: (file) => this.enlarge(file),
      edit: (message) => this.composer.edit(message),
    };
  }

  follow(url) {
    const deep = /^https?:\/\/(?:t|telegram)\.me\/([A-Za-z0-9_]+)\?start=([A-Za-z0-9_-]{1,64})$/.exec(url);
    if (deep && deep[1].toLowerCase() === this.shared.state.bot.toLowerCase()) return this.post('text', { text: `/start ${deep[2]}` });
    return open(url, this.shared, { bar: this.root });
  }

  // press works an inline button. Links and copying need the tap itself (browsers refuse them after a wait), so they
  // do not ask the server first.
  async press(message, row, col, button, node) {
    if (button.kind === 'url' && button.url) return this.attempt(() => this.follow(button.url));
    if (button.kind === 'copy' && button.copy) return copy(button.copy, this.notify);
    if (node.getAttribute('aria-busy') === 'true') return undefined;
    node.setAttribute('aria-busy', 'true');
    const pressed = await this.attempt(() => this.post('press', { message: message.id, row, col }));
    node.removeAttribute('aria-busy');
    if (!pressed) return undefined;
    if (pressed.alert && pressed.toast) await this.alert(pressed.toast);
    else if (pressed.toast) this.notify(pressed.toast);
    else if (!pressed.answered && button.kind === 'callback') this.notify(t('chat.silent'));
    if (pressed.copy) return copy(pressed.copy, this.notify);
    if (pressed.share) return this.attempt(() => this.shareInline(pressed.share_query ?? ''));
    if (pressed.url && (isWeb(pressed.url) || isNational(pressed.url))) return this.attempt(() => this.follow(pressed.url));
    return undefined;
  }

  // shareInline lets the person choose among what the bot offers for a query, and sends it to the customer.
  async shareInline(query) {
    const results = await this.post('inline', { query });
    if (results.length === 0) {
      this.notify(t('share.nothing'));
      return;
    }
    const chosen = results.length === 1 ? results[0] : await sheet(t('share.what'), (close) => [h('h3', {}, t('share.what')),
      ...results.map((r, i) => h('button', { type: 'button', class: 'choice', autofocus: i === 0, onclick: () => close(r) },
        icon('share'), h('span', { class: 'choice-words' }, h('strong', {}, r.title || r.message.text), h('small', {}, r.description ?? ''))))]);
    if (!chosen) return;
    await share({ url: chosen.message.buttons?.flat().find((b) => b.url)?.url ?? '', text: chosen.message.text ?? '' }, this.shared,
      () => this.post('choose', { query, result: chosen.id }));
  }

  alert(text) {
    return sheet('ELKART Trade', (close) => [h('p', { class: 'alert-text' }, text),
      h('div', { class: 'row end' }, h('button', { type: 'button', class: 'button', autofocus: true, onclick: () => close() }, 'OK'))]);
  }

  // enlarge shows a picture as large as the screen allows, on white, so that another phone's camera can read it.
  enlarge(file) {
    const source = `/demo/files/${encodeURIComponent(file.id)}`;
    return sheet(t('chat.picture'), (close) => [
      h('button', { type: 'button', class: 'viewer-close', 'aria-label': t('app.close'), onclick: () => close(), autofocus: true },
        h('img', { src: source, alt: t('chat.picture') })),
      h('div', { class: 'viewer-bar' },
        h('button', { type: 'button', class: 'button', onclick: () => { close(); this.shared.bank.scanFile(file.id); } }, icon('scan'), t('chat.scanThis')),
        h('a', { class: 'plain', href: `${source}?download`, download: '' }, icon('down'), t('app.download')),
        h('button', { type: 'button', class: 'plain', onclick: () => close() }, icon('close'), t('app.close'))),
    ], { kind: 'viewer' });
  }

  async more() {
    const blocked = this.chat?.blocked;
    await sheet(t('chat.more'), (close) => [
      h('h3', {}, `@${this.shared.state.bot}`),
      h('button', { type: 'button', class: 'choice', onclick: () => { close(); this.attempt(() => this.post('block', { blocked: !blocked })); } },
        icon('stop'), h('span', { class: 'choice-words' }, h('strong', {}, t(blocked ? 'chat.unblock' : 'chat.block')), h('small', {}, t('chat.blockHint')))),
      h('button', { type: 'button', class: 'choice', onclick: () => { close(); this.addPerson(); } },
        icon('person'), h('span', { class: 'choice-words' }, h('strong', {}, t('merchant.add')), h('small', {}, t('merchant.addHint')))),
      h('button', { type: 'button', class: 'plain wide-button', onclick: () => close() }, t('app.close')),
    ]);
  }

  async addPerson() {
    const person = await sheet(t('merchant.add'), (close) => {
      const name = h('input', { required: true, maxlength: 64, autocomplete: 'off', autofocus: true, id: 'person-name' });
      const language = h('select', { id: 'person-language' }, Object.entries(LANGUAGE_NAMES).map(([code, label]) => h('option', { value: code }, label)));
      const submit = (e) => { e.preventDefault(); close({ first_name: name.value, language_code: language.value }); };
      return h('form', { class: 'stack', onsubmit: submit }, h('h3', {}, t('merchant.add')),
        h('label', { for: 'person-name' }, t('merchant.name')), name,
        h('label', { for: 'person-language' }, t('merchant.language')), language,
        h('div', { class: 'row end' }, h('button', { type: 'button', class: 'plain', onclick: () => close() }, t('app.cancel')), h('button', { class: 'button' }, t('app.add'))));
    });
    if (!person) return;
    const user = await this.attempt(() => post('users', person));
    if (!user) return;
    if (!this.shared.state.users.some((u) => u.id === user.id)) this.shared.state.users.push(user);
    this.shared.chooseUser(user.id);
  }

  // countSeen keeps the badges: what came while the phone was out of sight.
  countSeen(chat, fresh) {
    const last = chat.messages.at(-1)?.id ?? 0;
    if (this.shared.isShown('merchant')) {
      this.hiddenCount = 0;
      this.shared.remember(`seen-${chat.user.id}`, String(last));
      return;
    }
    this.hiddenCount = (this.hiddenCount ?? 0) + fresh;
    this.shared.badge('merchant', this.hiddenCount);
  }

  shown() {
    this.hiddenCount = 0;
    if (this.chat) this.shared.remember(`seen-${this.chat.user.id}`, String(this.chat.messages.at(-1)?.id ?? 0));
    this.scrollDown();
  }

  showBadge({ user, ids }) {
    const seen = Number(this.shared.remembered(`seen-${user}`) ?? 0);
    // Message ids that begin anew belong to another run of the demo.
    const count = ids.filter((id) => id > seen || seen > (ids.at(-1) ?? 0) + 1000).length;
    this.unread.set(user, count);
    this.renderPeople();
  }

  atBottom() { return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60; }

  // scrollDown jumps: while a smooth scroll is under way, the next message would find the list not at its end.
  scrollDown() {
    if (!this.list) return;
    const go = () => { this.list.scrollTop = this.list.scrollHeight; };
    go();
    // Pictures grow as they load.
    this.list.querySelectorAll('img').forEach((img) => { if (!img.complete) img.addEventListener('load', go, { once: true }); });
  }
}
