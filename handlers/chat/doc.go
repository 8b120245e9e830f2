// Package chat is the Telegram runtime: it takes updates in (long polling or a webhook), keeps them until they are
// handled, runs them in order within a chat and in parallel over all chats, walks people through forms that survive
// a restart, and sends everything that goes out within Telegram's limits.
//
// One update's way:
//
//  1. Poll or Webhook reads it; update.go turns it into a Turn, or drops it if it is nothing for us.
//  2. Inbox.KeepUpdate stores it, a chat's updates one by one (door.go). Only then it is confirmed to Telegram; a
//     repeated update_id ends here.
//  3. The queue puts it behind what the same chat already waits for (queue.go); a flooding chat is told once.
//  4. A worker runs it (turns.go): Prepare, Intercept, then command, form, button, text (route.go, walk.go).
//  5. What went wrong is explained or apologised for, the callback is answered, Inbox.MarkUpdateDone.
//
// A process that dies between 2 and 5 finds the update pending at its next start and runs it again, so handlers must
// bear repetition; forms recognise it themselves.
//
// The package refuses to know merchants, money or languages: it imports nothing of ours, every word it says comes
// from Config.Labels, Explain and Apology. It keeps no state of its own that another process would need, and it does
// not do payments, inline queries, business chats or channels.
package chat
