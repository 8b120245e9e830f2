// Building blocks of the page. Everything is made of nodes; no string ever becomes mark-up.

const SVG = 'http://www.w3.org/2000/svg';

// Outlines on a 24×24 grid.
const ICONS = {
  menu: 'M4 7h16M4 12h16M4 17h16',
  attach: 'M20 11.5 12.300 19.200a4.600 4.600 0 0 1-6.500-6.500l8.200-8.200a3.100 3.100 0 0 1 4.400 4.400l-8.100 8.100a1.600 1.600 0 0 1-2.300-2.300l7.200-7.100',
  send: 'M4 12 20 4.500 15.500 20l-4-6.500zM11.500 13.500 20 4.500',
  keyboard: 'M3 7h18v10H3zM7 10.500h.01M12 10.500h.01M17 10.500h.01M8 14h8',
  close: 'M6 6l12 12M18 6 6 18',
  more: 'M12 5.500h.01M12 12h.01M12 18.500h.01',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13.500 6.500l4 4',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M5 12.500 10 17.500 19.500 7',
  cross: 'M7 7l10 10M17 7 7 17',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.500l3 2',
  scan: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M8 12h8',
  picture: 'M4 5h16v14H4zM4 16l4.500-4.500 4 4 2.500-2.500 5 5M15.500 9h.01',
  camera: 'M4 8h3.500L9 5.500h6L16.500 8H20v11H4zM12 10a3.300 3.300 0 1 0 0 6.600 3.300 3.300 0 0 0 0-6.600',
  file: 'M6 3.500h8l4 4v13H6zM14 3.500v4h4',
  place: 'M12 21s6.500-6.200 6.500-11a6.500 6.500 0 0 0-13 0c0 4.800 6.500 11 6.500 11zM12 8.200a2 2 0 1 0 0 4 2 2 0 0 0 0-4',
  person: 'M12 4.500a3.600 3.600 0 1 0 0 7.200 3.600 3.600 0 0 0 0-7.200zM5 20c.600-4 3.300-6 7-6s6.400 2 7 6',
  sticker: 'M12 4a8 8 0 1 0 8 8c0-1-6-1-8-8zM9 10h.01M8.500 14.500c1.500 2 4 2.300 6 .800',
  voice: 'M12 4a2.500 2.500 0 0 0-2.500 2.500v5a2.500 2.500 0 0 0 5 0v-5A2.500 2.500 0 0 0 12 4zM6.500 11.500a5.500 5.500 0 0 0 11 0M12 17v3.500',
  link: 'M10 14a4 4 0 0 0 5.700 0l3-3A4 4 0 0 0 13 5.300l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1-1',
  share: 'M20 11 13 4.500v4C7 9 4.500 13 4 19c2.500-3.500 5-4.700 9-4.700v4z',
  out: 'M8 16 17 7M10 7h7v7',
  down: 'M12 4.500v11M7 11l5 5 5-5M5 20h14',
  back: 'M14.500 5 8 12l6.500 7',
  plus: 'M12 5v14M5 12h14',
  tools: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v1.500M12 19.500V21M3 12h1.500M19.500 12H21M5.600 5.600l1.100 1.100M17.300 17.300l1.100 1.100M18.400 5.600l-1.100 1.100M6.700 17.300l-1.100 1.100',
  moon: 'M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z',
  auto: 'M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16',
  stop: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM6.500 6.500l11 11',
  card: 'M3.500 6.500h17v11h-17zM3.500 10.500h17M7 14.500h3',
};

export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('data-icon', name);
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

// h makes an element: h('button', {class: 'x', 'aria-label': 'y', onclick: f}, 'text', node, …).
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter((c) => c !== undefined && c !== null && c !== false));
  return node;
}

export function iconButton(name, label, onclick, props) {
  return h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick, ...props }, icon(name));
}

// money writes tyiyn as «1 234 567,50 сом» (no-break spaces, no «,00»), without ever dividing by a float.
export function money(tyiyn, unit) {
  const value = BigInt(tyiyn);
  const whole = value < 0n ? -value : value;
  const som = String(whole / 100n).replace(/\B(?=(\d{3})+$)/g, '\u00a0');
  const rest = String(whole % 100n).padStart(2, '0');
  return (value < 0n ? '−' : '') + som + (rest === '00' ? '' : ',' + rest) + '\u00a0' + unit;
}

const ZONE = 'Asia/Bishkek';
const CLOCK = new Intl.DateTimeFormat('ru-RU', { hour: '2-digit', minute: '2-digit', timeZone: ZONE });
const CLOCK_EXACT = new Intl.DateTimeFormat('ru-RU', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, timeZone: ZONE });
const DAY = new Intl.DateTimeFormat('ru-RU', { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: ZONE });

export const clock = (date) => CLOCK.format(new Date(date));
export const clockExact = (date) => CLOCK_EXACT.format(new Date(date));
export const day = (date) => DAY.format(new Date(date));

// sheet shows a modal dialog and resolves with what close(value) was given, undefined when it was dismissed.
export function sheet(title, build, { wide = false, kind = '' } = {}) {
  return new Promise((resolve) => {
    let result;
    const close = (value) => { result = value; dialog.close(); };
    const dialog = h('dialog', { class: `sheet ${kind} ${wide ? 'wide' : ''}`, 'aria-label': title });
    dialog.append(...[build(close)].flat());
    dialog.addEventListener('click', (e) => { if (e.target === dialog) dialog.close(); });
    dialog.addEventListener('close', () => { dialog.remove(); resolve(result); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

// notice shows a short line over a phone and takes it away again; an urgent one stays until it is dismissed.
export function notice(phone, text, { urgent = false, closeLabel = '' } = {}) {
  phone.querySelectorAll('.notice').forEach((n) => n.remove());
  const line = h('div', { class: urgent ? 'notice urgent' : 'notice', role: urgent ? 'alert' : 'status' }, h('span', {}, text));
  if (urgent) line.append(iconButton('close', closeLabel, () => line.remove()));
  phone.append(line);
  if (!urgent) setTimeout(() => line.remove(), 2600 + text.length * 40);
}

export function autoGrow(area) {
  area.style.height = 'auto';
  area.style.height = `${Math.min(area.scrollHeight, 132)}px`;
}
