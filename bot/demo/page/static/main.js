// The page's start: preferences, tabs, the stream of events, and the three phones.

import { icon } from './dom.js';
import { LANGUAGES, currentLanguage, lineOf, loadTexts, read, setLanguage, t } from './api.js';
import { MerchantPhone } from './merchant.js';
import { CustomerPhone } from './messenger.js';
import { BankPhone } from './bank.js';

const THEMES = ['auto', 'light', 'dark'];
const THEME_ICONS = { auto: 'auto', light: 'sun', dark: 'moon' };

const remembered = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window */ } };

class Page {
  constructor() {
    // What every phone may ask of the page.
    this.shared = {
      state: null,
      user: 0,
      openTab: (tab) => this.openTab(tab),
      isShown: (tab) => this.isShown(tab),
      badge: (tab, count) => this.badge(tab, count),
      chooseUser: (id) => this.chooseUser(id),
      remember,
      remembered,
    };
  }

  async start() {
    await loadTexts();
    const wanted = remembered('language') ?? navigator.languages.map((l) => l.slice(0, 2)).find((l) => LANGUAGES.includes(l));
    setLanguage(wanted);
    this.setTheme(remembered('theme') ?? 'auto');
    this.shared.state = await read('state');
    this.merchant = new MerchantPhone(document.getElementById('merchant'), document.getElementById('people'), this.shared);
    this.customer = new CustomerPhone(document.getElementById('customer'), this.shared);
    this.bank = new BankPhone(document.getElementById('bank'), this.shared);
    Object.assign(this.shared, { merchant: this.merchant, customer: this.customer, bank: this.bank });
    this.bindTop();
    this.render();
    const { users } = this.shared.state;
    const last = Number(remembered('user'));
    this.chooseUser(users.some((u) => u.id === last) ? last : users[0]?.id ?? 0);
    this.followHash();
    window.addEventListener('hashchange', () => this.followHash());
  }

  bindTop() {
    const select = document.getElementById('language');
    select.value = currentLanguage();
    select.addEventListener('change', () => {
      setLanguage(select.value);
      remember('language', select.value);
      this.render();
    });
    document.getElementById('theme').addEventListener('click', () => {
      this.setTheme(THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length]);
      remember('theme', this.theme);
      this.render();
    });
    const tabs = [...document.querySelectorAll('.tabs [role=tab]')];
    tabs.forEach((tab, i) => {
      tab.addEventListener('click', () => this.openTab(tab.dataset.tab));
      tab.addEventListener('keydown', (e) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
        if (!step) return;
        const next = tabs[(i + step + tabs.length) % tabs.length];
        next.focus();
        this.openTab(next.dataset.tab);
      });
    });
  }

  setTheme(theme) {
    this.theme = THEMES.includes(theme) ? theme : 'auto';
    document.documentElement.dataset.theme = this.theme;
  }

  // render puts the words of the language in place.
  render() {
    document.querySelectorAll('[data-t]').forEach((node) => { node.textContent = t(node.dataset.t); });
    document.querySelectorAll('[data-t-label]').forEach((node) => node.setAttribute('aria-label', t(node.dataset.tLabel)));
    const theme = document.getElementById('theme');
    theme.replaceChildren(icon(THEME_ICONS[this.theme]));
    theme.title = t(`app.theme.${this.theme}`);
    theme.setAttribute('aria-label', `${t('app.theme')}: ${t(`app.theme.${this.theme}`)}`);
    document.title = t('app.title');
    this.merchant.render();
    this.customer.render();
    this.bank.render();
  }

  openTab(tab) {
    document.body.dataset.tab = tab;
    document.querySelectorAll('.tabs [role=tab]').forEach((node) => {
      const chosen = node.dataset.tab === tab;
      node.setAttribute('aria-selected', String(chosen));
      node.tabIndex = chosen ? 0 : -1;
    });
    this.badge(tab, 0);
    this[tab]?.shown?.();
  }

  // isShown reports whether a phone is before the person's eyes.
  isShown(tab) {
    const phone = document.getElementById(tab);
    return document.visibilityState === 'visible' && phone.offsetParent !== null;
  }

  badge(tab, count) {
    const badge = document.querySelector(`#tab-${tab} .badge`);
    badge.hidden = count === 0;
    badge.textContent = count > 99 ? '99+' : String(count);
  }

  chooseUser(id) {
    this.shared.user = id;
    remember('user', String(id));
    this.merchant.choose(id);
    this.listen();
  }

  // listen opens the stream; the browser itself tries again when it breaks.
  listen() {
    this.stream?.close();
    const { shared } = this;
    const stream = new EventSource(`/demo/events?user=${shared.user}`);
    this.stream = stream;
    const on = (name, act) => stream.addEventListener(name, (e) => act(JSON.parse(e.data)));
    on('chat', (chat) => this.merchant.showChat(chat));
    on('badge', (badge) => this.merchant.showBadge(badge));
    on('users', (users) => {
      shared.state.users = users;
      if (users.some((u) => u.id === shared.user) || users.length === 0) this.merchant.renderPeople();
      else this.chooseUser(users[0].id);
    });
    on('messenger', (bubbles) => this.customer.show(bubbles));
    on('bank', (books) => this.bank.showBooks(books));
    const offline = document.querySelector('.offline');
    stream.addEventListener('open', () => { offline.hidden = true; });
    stream.addEventListener('error', () => { offline.hidden = stream.readyState === EventSource.OPEN; });
  }

  // followHash lets a customer page of ours hand a national link to the bank app: /#pay=…
  followHash() {
    const match = /^#pay=(.+)$/.exec(location.hash);
    if (!match) return;
    history.replaceState(null, '', '/');
    try {
      this.bank.open(decodeURIComponent(match[1]));
    } catch { /* a broken escape: nothing to pay */ }
  }
}

new Page().start().catch((error) => {
  const offline = document.querySelector('.offline');
  offline.hidden = false;
  offline.textContent = currentLanguage() && document.documentElement.dataset.theme ? lineOf(error) : String(error);
});

