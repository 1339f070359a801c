// The browser shell and its page, for benchmarks that use the application.
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

/** Resolves to the shell's process and the address that it prints. */
export function startShell(userData) {
  const child = spawn(process.execPath, [join(root, 'dist/node/browser.js'), '--no-open', '--user-data-dir', userData], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((done, fail) => {
    let printed = ''
    child.stdout.on('data', (data) => {
      printed += data
      const found = /http:\/\/\S+/.exec(printed)
      if (found) done({ child, url: found[0] })
    })
    child.once('exit', (code) => fail(new Error(`the browser shell ended with code ${code}`)))
  })
}

/** Waits until the page has nothing more to do. */
export const idle = (page) => page.waitForFunction(() => document.documentElement.dataset.idle === 'true', undefined, { timeout: 60_000 })
