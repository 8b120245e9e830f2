// Keeps the page of a link up to date, and copies the link. Without this
// script the page works and refreshes itself.
(() => {
  'use strict'
  const live = document.getElementById('live')
  let source, timer
  document.documentElement.classList.add('scripted')

  // What is shown is always what the server draws: the stream only says when
  // to fetch it.
  const refresh = async () => {
    clearTimeout(timer)
    try {
      const answer = await fetch(location.href, {cache: 'no-store'})
      if (!answer.ok) throw answer.status
      // Its style has a nonce of its own, and stands here already.
      const text = (await answer.text()).replace(/<(style)[^]*<\/\1>/, '')
      const page = new DOMParser().parseFromString(text, 'text/html')
      const fresh = page.getElementById('live')
      live.className = fresh.className
      live.dataset.stage = fresh.dataset.stage
      live.dataset.events = fresh.dataset.events
      live.replaceChildren(...fresh.childNodes)
      document.title = page.title
      if (!live.dataset.events) close()
    } catch {
      timer = setTimeout(refresh, 5000)
    }
  }

  const close = () => {
    if (source) source.close()
    source = undefined
  }

  const open = () => {
    if (source || document.hidden || !live.dataset.events || !window.EventSource) return
    source = new EventSource(live.dataset.events)
    source.addEventListener('stage', event => {
      if (event.data !== live.dataset.stage) refresh()
    })
    source.addEventListener('end', close)
    source.onerror = () => {
      if (!source || source.readyState !== EventSource.CLOSED) return
      close()
      setTimeout(() => { refresh(); open() }, 10000)
    }
  }

  // Whoever pays on this very phone is in the bank's app meanwhile: nothing to
  // show then, and at once when they are back.
  document.addEventListener('visibilitychange', () => document.hidden ? close() : open())
  open()

  const copy = async text => {
    try {
      await navigator.clipboard.writeText(text)
    } catch { // no permission, or an old browser
      const area = document.createElement('textarea')
      area.value = text
      document.body.append(area)
      area.select()
      document.execCommand('copy')
      area.remove()
    }
  }

  // The receipt goes to another app as a picture, where the browser knows how;
  // otherwise it is shown.
  const share = async address => {
    try {
      const answer = await fetch(address)
      if (!answer.ok) throw answer.status
      await navigator.share({files: [new File([await answer.blob()], 'receipt.png', {type: 'image/png'})]})
    } catch (problem) {
      if (problem.name !== 'AbortError') location.href = address
    }
  }
  if (navigator.canShare && navigator.canShare({files: [new File([], 'receipt.png', {type: 'image/png'})]})) {
    document.documentElement.classList.add('shares')
  }

  live.addEventListener('click', async event => {
    const shared = event.target.closest('[data-share]')
    if (shared) return share(shared.dataset.share)
    const button = event.target.closest('[data-copy]')
    if (!button) return
    await copy(button.dataset.copy)
    const text = button.textContent
    if (text === button.dataset.done) return
    button.textContent = button.dataset.done
    setTimeout(() => { button.textContent = text }, 2500)
  })
})()
