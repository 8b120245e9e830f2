// Groups the digits of a card number as one types and says early what is
// wrong. Without this script the server says it.
(() => {
  'use strict'
  const field = document.getElementById('number')
  const problem = document.getElementById('problem')
  const form = field.form
  const button = form.querySelector('button')
  const digitsOf = text => text.replace(/[\s-]/g, '')

  const say = text => {
    if (problem.textContent !== text) problem.textContent = text
    if (text) field.setAttribute('aria-invalid', 'true')
    else field.removeAttribute('aria-invalid')
  }

  const group = () => {
    const digits = digitsOf(field.value)
    if (!/^[0-9]{0,19}$/.test(digits)) return // something else: the server reads more than we do
    const before = digitsOf(field.value.slice(0, field.selectionStart)).length
    const grouped = digits.replace(/(.{4})(?=.)/g, '$1 ')
    if (grouped === field.value) return
    field.value = grouped
    const caret = before + Math.floor(Math.max(0, before - 1) / 4)
    field.setSelectionRange(caret, caret)
  }

  field.addEventListener('input', () => {
    group()
    const digits = digitsOf(field.value)
    say(/^[0-9]{4}/.test(digits) && !digits.startsWith('9417') ? form.dataset.elkart : '')
  })

  form.addEventListener('submit', event => {
    const digits = digitsOf(field.value)
    if (/^[0-9]*$/.test(digits) && digits.length !== 16 && digits.length !== 19) {
      event.preventDefault()
      say(form.dataset.short)
      field.focus()
      return
    }
    button.dataset.label = button.textContent
    button.textContent = button.dataset.sending
    button.disabled = true // a second tap must not send it again
  })

  // Opened inside Telegram: what it says of who did so stands behind the "#",
  // which no server sees unless we send it on. It goes along to the other
  // languages and to the next try.
  const told = new URLSearchParams(location.hash.slice(1)).get('tgWebAppData')
  if (told) {
    const hidden = document.createElement('input')
    hidden.type = 'hidden'
    hidden.name = 'init'
    hidden.value = told
    form.append(hidden)
    form.action += location.hash
    for (const link of document.querySelectorAll('nav a')) link.hash = location.hash
  }

  // Back from the next page: the form is as it was, without the number.
  window.addEventListener('pageshow', event => {
    if (!event.persisted) return
    field.value = ''
    button.disabled = false
    if (button.dataset.label) button.textContent = button.dataset.label
  })
})()
