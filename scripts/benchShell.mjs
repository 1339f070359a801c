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

/** Milliseconds from a model's file being dropped to the frame that shows its map. The page gets the file as from a drop: by reference. */
export async function firstPicture(page, file) {
  await page.evaluate(() => {
    const input = document.createElement('input')
    Object.assign(input, { type: 'file', id: 'bench-file', hidden: true })
    document.body.append(input)
  })
  await page.locator('#bench-file').setInputFiles(file)
  return page.evaluate(async () => {
    const transfer = new DataTransfer()
    transfer.items.add(document.querySelector('#bench-file').files[0])
    const shown = () => document.querySelector('.zoom-map')?.dataset.network
    const before = shown()
    const start = performance.now()
    for (const type of ['dragenter', 'dragover', 'drop'])
      document.querySelector('main').dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }))
    for (;;) {
      await new Promise(requestAnimationFrame)
      if (shown() && shown() !== before) break
      if (document.querySelector('[role=alert]')) throw new Error(document.querySelector('[role=alert]').textContent)
    }
    // The next frame comes when this one has been drawn.
    await new Promise(requestAnimationFrame)
    return performance.now() - start
  })
}
