// The lower edge of the chat: typing, the commands menu, the reply keyboard, attachments, editing.

import { autoGrow, h, icon, iconButton, sheet } from './dom.js';
import { t } from './api.js';
import { attach } from './attach.js';

export class Composer {
  constructor(phone) {
    this.phone = phone;
    this.editing = null;
    this.keysHidden = false;
  }

  build() {
    this.area = h('textarea', { rows: 1, maxlength: 4096, 'aria-label': t('chat.write'), placeholder: t('chat.write'), enterkeyhint: 'send',
      oninput: () => { autoGrow(this.area); this.showSend(); },
      onkeydown: (e) => this.key(e) });
    this.send = iconButton('send', t('chat.send'), () => this.submit(), { class: 'icon-button send' });
    this.menuButton = iconButton('menu', t('chat.commands'), () => this.toggleMenu(), { 'aria-expanded': 'false' });
    this.keysButton = iconButton('keyboard', t('chat.keys'), () => this.toggleKeys(), { hidden: true, 'aria-expanded': 'true' });
    this.menu = h('div', { class: 'commands', hidden: true, role: 'menu', 'aria-label': t('chat.commands') });
    this.editBar = h('div', { class: 'editing', hidden: true });
    this.keys = h('div', { class: 'keys', hidden: true, role: 'group', 'aria-label': t('chat.keys') });
    this.startButton = h('button', { type: 'button', class: 'start', hidden: true, onclick: () => this.start() });
    this.line = h('div', { class: 'line' }, this.menuButton,
      h('div', { class: 'field' }, this.area, this.keysButton,
        iconButton('attach', t('attach.title'), () => attach(this.phone))),
      this.send);
    this.node = h('footer', { class: 'composer' }, this.menu, this.editBar, this.line, this.keys, this.startButton);
    if (this.phone.chat) this.update(this.phone.chat);
    this.showSend();
  }

  reset() {
    this.stopEditing();
    if (this.area) this.area.value = '';
    this.drawn = '';
    this.keysHidden = false;
    if (this.menu) this.menu.hidden = true;
  }

  update(chat) {
    const fresh = chat.messages.length === 0;
    this.startButton.hidden = !fresh && !chat.blocked;
    this.startButton.textContent = chat.blocked ? t('chat.unblock') : t('chat.start');
    this.line.hidden = fresh || chat.blocked;
    this.menuButton.hidden = !chat.commands?.length;
    const drawn = JSON.stringify([chat.reply_keyboard, chat.commands, this.keysHidden]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const hasKeys = Boolean(chat.reply_keyboard?.buttons?.length) && !this.line.hidden;
    this.keysButton.hidden = !hasKeys;
    this.keys.hidden = !hasKeys || this.keysHidden;
    this.keysButton.setAttribute('aria-expanded', String(!this.keys.hidden));
    this.area.placeholder = chat.reply_keyboard?.placeholder || t('chat.write');
    this.keys.replaceChildren(...(chat.reply_keyboard?.buttons ?? []).map((row) =>
      h('div', { class: 'keys-row' }, row.map((key) => h('button', { type: 'button', onclick: () => this.pressKey(key) },
        key.request === 'contact' && icon('person'), key.request === 'location' && icon('place'), h('span', {}, key.text))))));
    this.menu.replaceChildren(...(chat.commands ?? []).map((command) =>
      h('button', { type: 'button', role: 'menuitem', onclick: () => { this.toggleMenu(); this.say(`/${command.command}`); } },
        h('span', {}, command.description), h('small', {}, `/${command.command}`))));
  }

  start() {
    const { chat } = this.phone;
    return this.phone.attempt(async () => {
      if (chat?.blocked) await this.phone.post('block', { blocked: false });
      else await this.phone.post('text', { text: '/start' });
    });
  }

  say(text) { return this.phone.attempt(() => this.phone.post('text', { text })); }

  key(e) {
    if (e.key === 'Escape') {
      if (!this.menu.hidden) this.toggleMenu();
      else this.stopEditing();
    }
    if (e.key === 'ArrowUp' && this.area.value === '') {
      const own = this.phone.chat?.messages.findLast((m) => !m.from_bot && m.text);
      if (own) { e.preventDefault(); this.edit(own); }
    }
    if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) {
      e.preventDefault();
      this.submit();
    }
  }

  showSend() { this.send.disabled = this.area.value.trim() === ''; }

  // submit sends the text; it stays in the field when that fails.
  async submit() {
    const text = this.area.value.trim();
    if (!text) return;
    const { editing } = this;
    this.area.value = '';
    const name = `@${this.phone.shared.state.bot} `.toLowerCase();
    if (!editing && `${text} `.toLowerCase().startsWith(name)) {
      await this.phone.attempt(() => this.phone.shareInline(text.slice(name.length).trim()));
      autoGrow(this.area);
      this.showSend();
      return;
    }
    const done = await this.phone.attempt(() =>
      editing ? this.phone.post('edit', { message: editing.id, text }) : this.phone.post('text', { text }));
    if (done) this.stopEditing();
    else if (this.area.value === '') this.area.value = text;
    autoGrow(this.area);
    this.showSend();
    this.phone.scrollDown();
  }

  edit(message) {
    this.editing = message;
    this.editBar.hidden = false;
    this.editBar.replaceChildren(icon('edit'), h('span', { class: 'choice-words' }, h('strong', {}, t('chat.editing')), h('small', {}, message.text)),
      iconButton('close', t('app.cancel'), () => this.stopEditing()));
    this.area.value = message.text;
    autoGrow(this.area);
    this.showSend();
    this.area.focus();
  }

  stopEditing() {
    if (!this.editing) return;
    this.editing = null;
    this.editBar.hidden = true;
    this.area.value = '';
    autoGrow(this.area);
    this.showSend();
  }

  toggleMenu() {
    this.menu.hidden = !this.menu.hidden;
    this.menuButton.setAttribute('aria-expanded', String(!this.menu.hidden));
    if (!this.menu.hidden) this.menu.querySelector('button')?.focus();
  }

  toggleKeys() {
    this.keysHidden = !this.keysHidden;
    this.update(this.phone.chat);
    this.phone.scrollDown();
  }

  async pressKey(key) {
    if (key.request === 'contact') return this.shareContact(key);
    if (key.request === 'location') return attach(this.phone, 'location');
    return this.phone.attempt(() => this.phone.post('reply', { text: key.text }));
  }

  // shareContact asks first, as Telegram does.
  async shareContact(key) {
    const { user } = this.phone.chat;
    const agreed = await sheet(t('contact.title'), (close) => [
      h('h3', {}, t('contact.title')),
      h('p', {}, t('contact.text')),
      user.phone && h('p', { class: 'quoted' }, user.phone),
      h('div', { class: 'row end' },
        h('button', { type: 'button', class: 'plain', onclick: () => close() }, t('app.cancel')),
        h('button', { type: 'button', class: 'button', autofocus: true, onclick: () => close(true) }, t('contact.share'))),
    ]);
    if (agreed) await this.phone.attempt(() => this.phone.post('reply', { text: key.text }));
  }
}
