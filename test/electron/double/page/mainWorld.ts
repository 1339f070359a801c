/** Runs in the page's own world before its scripts: the receiving end of contextBridge, and window.open as Electron decides it. */
import { createBridge } from './bridge.ts'

// Replaced by the main process for each window, so that a page cannot guess them.
declare const DOUBLE_SECRET: string
declare const DOUBLE_OPEN_PATH: string

if (window.top === window) {
  createBridge(`${DOUBLE_SECRET}-to-main`, `${DOUBLE_SECRET}-to-isolated`, (key, value) => {
    if (Object.hasOwn(window, key)) throw new Error(`Cannot bind an API on top of an existing property on the window object: ${key}`)
    Object.defineProperty(window, key, { value, writable: false, configurable: false, enumerable: true })
  })
}

const open = window.open.bind(window)
window.open = (url, target, features) => {
  const request = new XMLHttpRequest()
  try {
    // The handler decides before window.open returns, hence synchronously.
    request.open('GET', `${DOUBLE_OPEN_PATH}?url=${encodeURIComponent(new URL(url ?? 'about:blank', location.href).href)}`, false)
    request.send()
    if (request.responseText === 'deny') return null
  } catch {
    // A page that is not the application's cannot ask; the window that opens is closed by the main process.
  }
  return open(url, target, features)
}
