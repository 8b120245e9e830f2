// What a person can send besides text.

import { h, icon, sheet } from './dom.js';
import { postForm, t } from './api.js';

// Places of the demo, so that nobody has to type degrees.
const PLACES = [
  ['place.osh', 42.87532, 74.56952],
  ['place.ala', 42.87597, 74.60376],
  ['place.dordoi', 42.93941, 74.62062],
  ['place.suleiman', 40.52951, 72.78291],
];

// attach opens the sheet of kinds, or the one that is asked for.
export async function attach(phone, kind) {
  const chosen = kind ?? await sheet(t('attach.title'), (close) => [
    h('h3', {}, t('attach.title')),
    h('div', { class: 'grid' }, [['picture', 'photo'], ['file', 'document'], ['place', 'location'], ['person', 'contact'], ['sticker', 'sticker'], ['voice', 'voice']]
      .map(([sign, name], i) => h('button', { type: 'button', class: 'tile', autofocus: i === 0, onclick: () => close(name) }, h('span', { class: `round tone-${i}` }, icon(sign)), t(`attach.${name}`)))),
    h('button', { type: 'button', class: 'plain wide-button', onclick: () => close() }, t('app.cancel')),
  ]);
  const acts = {
    photo: () => sendFile(phone, 'photo', 'image/png,image/jpeg,image/gif'),
    document: () => sendFile(phone, 'document', ''),
    location: () => sendLocation(phone),
    contact: () => sendContact(phone),
    sticker: () => phone.attempt(() => phone.post('sticker')),
    voice: () => phone.attempt(() => phone.post('voice')),
  };
  await acts[chosen]?.();
}

export function pickFile(accept) {
  return new Promise((resolve) => {
    const input = h('input', { type: 'file', accept, class: 'hidden', 'aria-hidden': 'true', tabindex: '-1' });
    input.addEventListener('change', () => { resolve(input.files[0]); input.remove(); });
    input.addEventListener('cancel', () => { resolve(undefined); input.remove(); });
    document.body.append(input);
    input.click();
  });
}

async function sendFile(phone, kind, accept) {
  const file = await pickFile(accept);
  if (!file) return;
  const caption = await sheet(file.name, (close) => {
    const text = h('input', { maxlength: 1024, autofocus: true, id: 'caption' });
    const preview = kind === 'photo' && h('img', { class: 'preview', src: URL.createObjectURL(file), alt: '' });
    return h('form', { class: 'stack', onsubmit: (e) => { e.preventDefault(); close(text.value); } },
      h('h3', {}, file.name), preview, h('label', { for: 'caption' }, t('attach.caption')), text,
      h('div', { class: 'row end' }, h('button', { type: 'button', class: 'plain', onclick: () => close() }, t('app.cancel')), h('button', { class: 'button' }, t('chat.send'))));
  });
  if (caption === undefined) return;
  await phone.attempt(() => postForm(`chat/${phone.shared.user}/upload`, { kind, caption, file }));
}

async function sendLocation(phone) {
  const place = await sheet(t('attach.location'), (close) => {
    const latitude = h('input', { inputmode: 'decimal', id: 'latitude', required: true, value: String(PLACES[0][1]) });
    const longitude = h('input', { inputmode: 'decimal', id: 'longitude', required: true, value: String(PLACES[0][2]) });
    const number = (input) => Number(input.value.replace(',', '.'));
    return h('form', { class: 'stack', onsubmit: (e) => { e.preventDefault(); close({ latitude: number(latitude), longitude: number(longitude) }); } },
      h('h3', {}, t('attach.location')),
      PLACES.map(([key, lat, lon], i) => h('button', { type: 'button', class: 'choice', autofocus: i === 0, onclick: () => close({ latitude: lat, longitude: lon }) }, icon('place'), h('strong', {}, t(key)))),
      h('div', { class: 'pair' }, h('label', { for: 'latitude' }, t('attach.latitude'), latitude), h('label', { for: 'longitude' }, t('attach.longitude'), longitude)),
      h('div', { class: 'row end' }, h('button', { type: 'button', class: 'plain', onclick: () => close() }, t('app.cancel')), h('button', { class: 'button' }, t('chat.send'))));
  });
  if (!place) return;
  if (!Number.isFinite(place.latitude) || !Number.isFinite(place.longitude)) {
    phone.notify(t('error.bad_place'), { urgent: true });
    return;
  }
  await phone.attempt(() => phone.post('location', place));
}

// sendContact sends anybody's contact: one's own by the attachment menu, another user's, or somebody without Telegram.
async function sendContact(phone) {
  const { users } = phone.shared.state;
  const contact = await sheet(t('attach.contact'), (close) => {
    const name = h('input', { id: 'contact-name', required: true, maxlength: 64 });
    const number = h('input', { id: 'contact-phone', required: true, type: 'tel', value: '+996 555 123 456' });
    const forwarded = h('input', { type: 'checkbox', class: 'switch', id: 'contact-forwarded' });
    return h('form', { class: 'stack', onsubmit: (e) => { e.preventDefault(); close({ first_name: name.value, phone: number.value, forwarded: forwarded.checked }); } },
      h('h3', {}, t('attach.contact')), h('p', {}, t('attach.contactHint')),
      users.filter((u) => u.phone).map((u, i) => h('button', { type: 'button', class: 'choice', autofocus: i === 0, onclick: () => close({ first_name: u.first_name, phone: u.phone, user_id: u.id, forwarded: forwarded.checked }) },
        h('span', { class: `avatar tone-${i % 6}` }, u.first_name.slice(0, 1)), h('span', { class: 'choice-words' }, h('strong', {}, u.first_name), h('small', {}, u.phone)))),
      h('label', { class: 'option', for: 'contact-forwarded' }, h('span', { class: 'choice-words' }, h('strong', {}, t('attach.forwarded'))), forwarded),
      h('div', { class: 'pair' }, h('label', { for: 'contact-name' }, t('merchant.name'), name), h('label', { for: 'contact-phone' }, t('attach.phone'), number)),
      h('div', { class: 'row end' }, h('button', { type: 'button', class: 'plain', onclick: () => close() }, t('app.cancel')), h('button', { class: 'button' }, t('chat.send'))));
  });
  if (contact) await phone.attempt(() => phone.post('contact', contact));
}
