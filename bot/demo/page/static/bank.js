// The payer's bank app: from a link or a QR picture to a payment, and the history of payments.

import { clock, clockExact, day, h, icon, iconButton, money, notice } from './dom.js';
import { has, lineOf, post, postPicture, t } from './api.js';
import { copy } from './links.js';
import { pickFile } from './attach.js';
import { cameraWorks, scanByCamera } from './camera.js';
import { behaves, openDrawer } from './mischief.js';

const LOOKS = {
  50: { icon: 'check', tone: 'good', key: 'status.success' },
  40: { icon: 'stop', tone: 'bad', key: 'status.cancelled' },
  30: { icon: 'cross', tone: 'bad', key: 'status.error' },
};
const PENDING = { icon: 'clock', tone: 'wait', key: 'status.pending' };
const look = (payment) => LOOKS[payment.status] ?? PENDING;

export class BankPhone {
  constructor(root, shared) {
    this.root = root;
    this.shared = shared;
    this.books = { payments: shared.state.payments, credits: shared.state.credits, mischief: shared.state.mischief };
    this.view = { name: 'home' };
    root.addEventListener('paste', (e) => this.paste(e));
    root.addEventListener('dragover', (e) => e.preventDefault());
    root.addEventListener('drop', (e) => { e.preventDefault(); this.readPicture(e.dataTransfer.files[0]); });
  }

  say(text, options) { notice(this.root, text, { closeLabel: t('app.close'), ...options }); }

  // attempt runs something behind a veil, and shows its failure as a line.
  async attempt(act) {
    if (this.busy) return undefined;
    this.busy = true;
    this.root.setAttribute('aria-busy', 'true');
    try {
      return await act();
    } catch (error) {
      this.say(lineOf(error), { urgent: true });
      return undefined;
    } finally {
      this.busy = false;
      this.root.removeAttribute('aria-busy');
    }
  }

  render() {
    const { state } = this.shared;
    if (!state.bank) {
      this.root.replaceChildren(h('div', { class: 'empty tall' }, h('span', { class: 'round large' }, icon('card')), h('h3', {}, t('bank.real')), h('p', {}, t('bank.realHint'))));
      return;
    }
    const views = { home: () => this.home(), confirm: () => this.confirm(), result: () => this.result() };
    this.tools = iconButton('tools', t('mischief.title'), () => openDrawer(this), { class: `icon-button tools ${behaves(this.books.mischief) ? '' : 'active'}` });
    const back = this.view.name !== 'home' && iconButton('back', t('app.back'), () => this.go({ name: 'home' }));
    this.body = h('div', { class: 'bank-body' }, views[this.view.name]());
    this.root.replaceChildren(
      h('header', { class: 'phone-head' }, back || h('span', { class: 'avatar bank-mark', 'aria-hidden': 'true' }, icon('card')),
        h('div', { class: 'choice-words' }, h('strong', {}, t('bank.name')), h('small', {}, t(behaves(this.books.mischief) ? 'bank.owner' : 'mischief.on'))), this.tools),
      this.body);
  }

  go(view) {
    this.view = view;
    this.render();
    this.body.querySelector('[data-focus]')?.focus();
  }

  showBooks(books) {
    const before = JSON.stringify([this.books.payments, this.books.mischief]);
    this.books = books;
    if (!this.root.firstChild || before === JSON.stringify([books.payments, books.mischief])) return;
    if (this.view.name === 'result') {
      const fresh = books.payments.find((p) => p.psp_transaction_id === this.view.payment.psp_transaction_id);
      if (fresh) this.view.payment = fresh;
    }
    // Somebody may be typing a sum or a link: those views are left alone.
    if (this.root.contains(document.activeElement) && document.activeElement.matches('input')) this.drawHistory();
    else this.render();
  }

  home() {
    this.link = h('input', { id: 'bank-link', class: 'grow', autocomplete: 'off', spellcheck: 'false', inputmode: 'url', placeholder: t('bank.paste'), 'aria-label': t('bank.paste') });
    this.history = h('ul', { class: 'history' });
    this.drawHistory();
    return [
      h('div', { class: 'hero' },
        this.shared.state.telegram && h('button', { type: 'button', class: 'hero-button', 'data-focus': true, onclick: () => this.scanChat() },
          h('span', { class: 'hero-icon' }, icon('scan')), h('span', { class: 'choice-words' }, h('strong', {}, t('bank.scan')), h('small', {}, t('bank.scanHint')))),
        h('div', { class: 'hero-row' },
          h('button', { type: 'button', onclick: async () => this.readPicture(await pickFile('image/*')) }, icon('picture'), t('bank.picture')),
          cameraWorks() && h('button', { type: 'button', onclick: () => this.camera() }, icon('camera'), t('bank.camera'))),
        h('form', { class: 'hero-link', onsubmit: (e) => { e.preventDefault(); if (this.link.value.trim()) this.open(this.link.value); } },
          icon('link'), this.link, h('button', { class: 'go', 'aria-label': t('open.open'), title: t('open.open') }, icon('send')))),
      h('h3', { class: 'section' }, t('bank.history')),
      this.history,
    ];
  }

  drawHistory() {
    if (!this.history) return;
    if (this.books.payments.length === 0) {
      this.history.replaceChildren(h('li', { class: 'nothing' }, t('bank.nothing')));
      return;
    }
    this.history.replaceChildren(...this.books.payments.map((payment) => {
      const { icon: sign, tone, key } = look(payment);
      return h('li', {}, h('button', { type: 'button', onclick: () => this.go({ name: 'result', payment }) },
        h('span', { class: `round ${tone}` }, icon(sign)),
        h('span', { class: 'choice-words' }, h('strong', {}, payment.payee || t('bank.payment')), h('small', {}, `${day(payment.at)} ${clock(payment.at)} · ${t(key)}`)),
        h('span', { class: `sum ${tone}` }, money(payment.amount, t('app.som')))));
    }));
  }

  confirm() {
    const { preview, link } = this.view;
    if (preview.error) {
      return [h('div', { class: 'verdict bad' }, h('span', { class: 'round large bad' }, icon('cross')), h('h3', { tabindex: '-1', 'data-focus': true }, t('bank.refused')),
        h('p', {}, preview.payee ? reason(preview.code ?? 0, preview.error) : t('error.not_a_link')), preview.code > 0 && h('p', { class: 'quiet' }, t('bank.code', { code: preview.code })), h('p', { class: 'quiet' }, t('bank.refusedHint'))),
      h('div', { class: 'actions' }, h('button', { type: 'button', class: 'button wide-button', onclick: () => this.open(link) }, t('app.again')),
        h('button', { type: 'button', class: 'plain wide-button', onclick: () => this.go({ name: 'home' }) }, t('app.back')))];
    }
    const open = preview.open || preview.amount_editable || !preview.amount;
    const value = preview.amount ? money(preview.amount, '').trim() : '';
    // A sum the payer has typed goes to the other side first: it names the payee, or refuses, before anything is paid.
    const known = () => !open || sum.value.trim() === this.view.asked;
    const label = () => {
      if (!open) return t('bank.paySum', { sum: money(preview.amount, t('app.som')) });
      return known() ? t('bank.paySum', { sum: money(preview.amount, t('app.som')) }) : t('bank.continue');
    };
    const sum = open && h('input', { id: 'bank-sum', inputmode: 'decimal', autocomplete: 'off', required: true, maxlength: 20, placeholder: '0', value: this.view.asked ?? value,
      'data-focus': !this.view.asked, oninput: () => { pay.textContent = label(); } });
    const pay = h('button', { class: 'button wide-button pay', 'data-focus': !open || Boolean(this.view.asked) });
    pay.textContent = label();
    const submit = (e) => {
      e.preventDefault();
      if (known()) this.pay(sum ? sum.value : '');
      else this.ask(sum.value.trim());
    };
    return h('form', { class: 'confirm', onsubmit: submit },
      h('div', { class: 'payee' }, h('span', { class: 'avatar large' }, (preview.payee || '?').slice(0, 1)),
        h('h3', {}, preview.payee || t('bank.payment')), preview.masked_name && h('p', { class: 'quiet' }, preview.masked_name)),
      open
        ? h('div', { class: 'sum-field' }, h('label', { for: 'bank-sum' }, t('bank.sum')), h('div', {}, sum, h('span', { 'aria-hidden': 'true' }, t('app.som'))))
        : h('p', { class: 'sum-fixed' }, h('span', { class: 'hidden' }, t('bank.sum')), money(preview.amount, t('app.som'))),
      h('dl', { class: 'facts' }, fact('bank.comment', preview.comment), fact('bank.account', preview.account), (preview.fields ?? []).map((f) => [h('dt', {}, f.label), h('dd', {}, f.value)])),
      h('div', { class: 'actions' }, pay, h('button', { type: 'button', class: 'plain wide-button', onclick: () => this.go({ name: 'home' }) }, t('app.cancel'))));
  }

  result() {
    const { payment } = this.view;
    const { icon: sign, tone, key } = look(payment);
    const copyable = (label, value) => value && [h('dt', {}, t(label)), h('dd', {}, h('button', { type: 'button', class: 'copy', title: t('copy.title'), onclick: () => copy(value, (text) => this.say(text)) }, value, icon('copy')))];
    return [
      h('div', { class: `verdict ${tone}`, role: 'status' }, h('span', { class: `round large ${tone}` }, icon(sign)),
        h('h3', { tabindex: '-1', 'data-focus': true }, t(key)), h('p', { class: 'sum-fixed' }, money(payment.amount, t('app.som'))),
        h('p', {}, payment.payee), payment.message && h('p', { class: 'quiet' }, payment.status === 40 && !payment.code ? t('bank.cancelled') : reason(payment.code ?? 0, payment.message)), tone === 'wait' && h('p', { class: 'quiet' }, t('bank.wait'))),
      h('dl', { class: 'facts' }, fact('bank.comment', payment.comment), payment.refunded > 0 && fact('bank.refunded', money(payment.refunded, t('app.som'))), fact('bank.time', `${day(payment.at)} ${clock(payment.at)}`),
        copyable('bank.transaction', payment.transaction_id), copyable('bank.receipt', payment.receipt_id), payment.code > 0 && fact('bank.codeName', String(payment.code))),
      payment.steps?.length > 0 && h('details', { class: 'steps', open: true }, h('summary', {}, t('bank.steps')), h('ol', {}, payment.steps.map((step) =>
        h('li', { class: step.failed ? 'failed' : '' }, h('span', { class: 'step-name' }, step.call), h('time', { datetime: step.at }, clockExact(step.at)),
          h('small', {}, [step.result?.startsWith(String(step.http_status)) ? '' : step.http_status, step.result, `${step.millis} ms`].filter(Boolean).join(' · ')))))),
      h('div', { class: 'actions' }, h('button', { type: 'button', class: 'button wide-button', onclick: () => this.go({ name: 'home' }) }, t('app.done'))),
    ];
  }

  // open shows what a link pays for.
  async open(link) {
    this.shared.openTab('bank');
    const text = link.trim();
    const preview = await this.attempt(() => post('bank/check', { link: text, sum: '' }));
    if (!preview) return;
    this.root.classList.remove('called');
    void this.root.offsetWidth; // begins the animation anew
    this.root.classList.add('called');
    this.go({ name: 'confirm', link: text, preview });
  }

  async ask(sum) {
    const { link } = this.view;
    const preview = await this.attempt(() => post('bank/check', { link, sum }));
    if (preview) this.go({ name: 'confirm', link, preview, asked: sum });
  }

  async pay(sum) {
    const { link, preview } = this.view;
    // A fixed sum goes back as it was shown: the operator compares it.
    const typed = sum || money(preview.amount, '').trim();
    const payment = await this.attempt(() => post('bank/pay', { link, sum: typed }));
    if (payment) this.go({ name: 'result', payment });
  }

  async scanChat() {
    const found = await this.attempt(() => post('bank/scan', { user: this.shared.user }));
    if (found) await this.open(found.link);
  }

  async scanFile(file) {
    this.shared.openTab('bank');
    const found = await this.attempt(() => post('bank/scan', { file }));
    if (found) await this.open(found.link);
  }

  async readPicture(blob) {
    if (!blob) return;
    const found = await this.attempt(() => postPicture('bank/decode', blob));
    if (found) await this.open(found.link);
  }

  async camera() {
    const link = await scanByCamera((text) => this.say(text, { urgent: true }));
    if (link) await this.open(link);
  }

  paste(e) {
    const picture = [...e.clipboardData.files].find((f) => f.type.startsWith('image/'));
    if (!picture) return;
    e.preventDefault();
    this.readPicture(picture);
  }
}

// reason is the refusal in the page's language; what has no number of its own comes as the other side wrote it.
const reason = (code, text) => (has(`bank.refusal.${code}`) ? t(`bank.refusal.${code}`) : text);

const fact = (label, value) => value && [h('dt', {}, t(label)), h('dd', {}, value)];
