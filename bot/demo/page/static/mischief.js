// The drawer of mischief: what the operator does wrong on purpose, and what it put on the merchant's cards.

import { clock, h, icon, money, sheet } from './dom.js';
import { has, post, t } from './api.js';

const NUMBERS = { repeat: [50, 1], delay_millis: [10000, 100], delay_update_millis: [120000, 500] }; // limit, step
const FLAGS = ['parallel', 'drop_update', 'drop_answers', 'wrong_signature', 'reorder', 'cancel_after_success', 'cancel_after_confirm', 'unavailable', 'refuse_credits', 'slow_credits'];
const QUIET = { ...Object.fromEntries(Object.keys(NUMBERS).map((n) => [n, 0])), ...Object.fromEntries(FLAGS.map((f) => [f, false])) };

export const behaves = (mischief) => Object.keys(QUIET).every((key) => !mischief?.[key]);

export async function openDrawer(bank) {
  const now = bank.books.mischief ?? {};
  const chosen = await sheet(t('mischief.title'), (close) => {
    const inputs = {};
    const flag = (key) => {
      inputs[key] = h('input', { type: 'checkbox', class: 'switch', id: `m-${key}`, checked: Boolean(now[key]) });
      return h('label', { class: 'option', for: `m-${key}` }, h('span', { class: 'choice-words' }, h('strong', {}, t(`mischief.${key}`)), h('small', {}, t(`mischief.${key}Hint`))), inputs[key]);
    };
    const number = (key) => {
      const [max, step] = NUMBERS[key];
      inputs[key] = h('input', { type: 'number', min: 0, max, step, id: `m-${key}`, value: String(now[key] ?? 0), inputmode: 'numeric' });
      return h('label', { class: 'option', for: `m-${key}` }, h('span', { class: 'choice-words' }, h('strong', {}, t(`mischief.${key}`)), h('small', {}, t(`mischief.${key}Hint`))), inputs[key]);
    };
    const collect = () => ({
      ...Object.fromEntries(FLAGS.map((key) => [key, inputs[key].checked])),
      ...Object.fromEntries(Object.keys(NUMBERS).map((key) => [key, Math.trunc(Number(inputs[key].value)) || 0])),
    });
    return h('form', { class: 'stack', onsubmit: (e) => { e.preventDefault(); close(collect()); } },
      h('h3', {}, t('mischief.title')), h('p', { class: 'quiet' }, t('mischief.intro')),
      Object.keys(NUMBERS).map(number), FLAGS.map(flag),
      h('div', { class: 'row end sticky' },
        h('button', { type: 'button', class: 'plain', onclick: () => close(QUIET) }, t('mischief.reset')),
        h('button', { class: 'button', autofocus: true }, t('mischief.apply'))),
      h('h3', { class: 'section' }, t('credits.title')), creditList(bank.books.credits));
  }, { wide: true });
  if (!chosen) return;
  const done = await bank.attempt(() => post('bank/mischief', chosen));
  if (!done) return;
  bank.books.mischief = done;
  bank.render();
  bank.say(t(behaves(done) ? 'mischief.off' : 'mischief.on'));
}

function creditList(credits) {
  if (!credits?.length) return h('p', { class: 'quiet' }, t('credits.none'));
  return h('ul', { class: 'history' }, credits.map((credit) => h('li', {}, h('div', { class: 'entry' },
    h('span', { class: 'round good' }, icon('card')),
    h('span', { class: 'choice-words' }, h('strong', {}, credit.card), h('small', {}, `${clock(credit.at)} · ${has(`credits.status.${credit.status}`) ? t(`credits.status.${credit.status}`) : credit.status}`)),
    h('span', { class: 'sum' }, money(credit.amount, t('app.som')))))));
}
