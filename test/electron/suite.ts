/** What the application must do in Electron, the same for the double and for the real one. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CONTRACT } from '../../electron/ipc/contract.ts'
import { PAGE_HEADERS } from '../../electron/services/pageFiles.ts'
import { PRELOAD, type Running, until } from './app.ts'

/** `start` is called once; `skip` says why it cannot be. */
export function describeShell(name: string, start: () => Promise<Running>, skip?: string): void {
  if (skip !== undefined) {
    it.skip(`${name}: the whole suite, because ${skip}`, start)
    return
  }
  describe(name, () => {
    let app: Running
    const folder = mkdtempSync(join(tmpdir(), 'shufflescope-files-'))
    const photo = join(folder, 'photo one.jpg')
    writeFileSync(photo, 'pixels')
    beforeAll(async () => {
      app = await start()
    })
    afterAll(async () => {
      await app.close()
      rmSync(folder, { recursive: true, force: true })
    })
    const invoke = (channel: string, args: unknown) =>
      app.page.evaluate(([c, a]) => window.api?.calls[c as string]?.('test', a as unknown[]), [channel, args])

    describe('window', () => {
      it('opens one, isolated across origins, so that threads can share memory', async () => {
        expect(app.pages()).toHaveLength(1)
        expect(await app.page.title()).toBe('Shell test page')
        expect(await app.page.evaluate(() => [crossOriginIsolated, isSecureContext, new SharedArrayBuffer(8).byteLength])).toEqual([true, true, 8])
        expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL(), null)).toBe(
          'app://shufflescope/index.html',
        )
      })

      it('gives the page nothing of Node or Electron', async () => {
        const found = await app.page.evaluate(() =>
          ['require', 'process', 'module', 'exports', 'Buffer', 'global', '__dirname', 'electron', 'ipcRenderer'].filter((key) => key in globalThis),
        )
        expect(found).toEqual([])
      })
    })

    describe('api', () => {
      it('is the contract: each channel but the internal ones, and four functions', async () => {
        const surface = await app.page.evaluate(() => [Object.keys(window.api ?? {}).sort(), Object.keys(window.api?.calls ?? {}).sort()])
        const channels = Object.entries(CONTRACT).flatMap(([channel, spec]) => ('internal' in spec ? [] : [channel]))
        expect(surface).toEqual([['calls', 'cancel', 'onEvent', 'onProgress', 'tokenForFile'], channels.sort()])
      })

      it('cannot be changed by the page', async () => {
        const changed = await app.page.evaluate(() => {
          const mutable = window as unknown as { api: { calls: Record<string, unknown> } }
          const attempts = [
            () => {
              mutable.api.calls['app.info'] = () => 'forged'
            },
            () => {
              mutable.api = { calls: {} }
            },
          ]
          for (const attempt of attempts)
            try {
              attempt()
            } catch {
              // Frozen objects throw in strict mode.
            }
          return Object.keys(window.api?.calls ?? {}).length
        })
        expect(changed).toBeGreaterThan(1)
        expect(await invoke('app.info', [])).toMatchObject({
          ok: true,
          value: { name: 'ShuffleScope', version: '9.8.7', shell: 'electron', dialogs: true },
        })
      })

      it('carries bytes both ways, and typed errors', async () => {
        const outcome = await app.page.evaluate(async () => {
          const sample = await window.backend?.call('samples.bytes', ['cat'])
          const error = await window.backend?.call('models.bytes', ['nothing']).catch((e: unknown) => e)
          return { kind: sample?.bytes instanceof Uint8Array, start: [...(sample?.bytes.subarray(0, 3) ?? [])], error: { ...(error as object) } }
        })
        expect(outcome).toMatchObject({ kind: true, start: [0xff, 0xd8, 0xff], error: { code: 'bad-input', what: 'Model "nothing"' } })
      })

      it.each([
        ['models.bytes', [7]],
        ['models.bytes', []],
        ['models.list', ['extra']],
        ['files.read', ['/etc/passwd']],
        ['files.save', [{ name: '../up', bytes: new Uint8Array(1) }]],
        ['settings.set', [{ theme: 'purple' }]],
        ['app.info', 'none'],
      ])('refuses bad arguments of %s: %j', async (channel, args) => {
        expect(await invoke(channel, args)).toMatchObject({ ok: false, error: { code: 'bad-input', what: channel } })
      })

      it('refuses a sender that is not the application', async () => {
        const answer = await app.evaluate(async ({ BrowserWindow }, preload) => {
          const other = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true, contextIsolation: true } })
          await other.loadURL('data:text/html,<title>other</title>')
          const value: unknown = await other.webContents.executeJavaScript('window.api.calls["recents.list"]("x", [])')
          other.destroy()
          return value
        }, PRELOAD)
        expect(answer).toMatchObject({ ok: false, error: { code: 'bad-input', why: 'the sender is not the application' } })
      })
    })

    describe('page files', () => {
      it('carry the headers on every answer', async () => {
        const names = Object.keys(PAGE_HEADERS)
        const answers = await app.page.evaluate(
          (wanted) =>
            Promise.all(
              ['/index.html', '/nothing.js'].map(async (path) => {
                const { status, headers } = await fetch(path)
                return [status, Object.fromEntries(wanted.map((header) => [header, headers.get(header)]))] as const
              }),
            ),
          names,
        )
        expect(answers).toEqual([
          [200, PAGE_HEADERS],
          [404, PAGE_HEADERS],
        ])
      })

      it.each(['/../secret.txt', '/..%2f..%2fsecret.txt', '/%2e%2e%2f%2e%2e%2fsecret.txt', '/..%5c..%5csecret.txt', '/%00', '/assets'])(
        'has no %s',
        async (path) => {
          expect(await app.page.evaluate((p) => fetch(p).then(({ status }) => status), path)).toBe(404)
        },
      )

      it('run no script but their own', async () => {
        const ran = await app.page.evaluate(() => {
          const script = document.createElement('script')
          script.textContent = 'window.inlineRan = true'
          document.body.append(script)
          return 'inlineRan' in window
        })
        expect(ran).toBe(false)
      })

      it('connect to nowhere else', async () => {
        expect(await app.page.evaluate(() => fetch('https://outside.example/').catch((error: Error) => error.name))).toBe('TypeError')
      })

      it('may compile WebAssembly', async () => {
        expect(
          await app.page.evaluate(() =>
            WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then((m) => m instanceof WebAssembly.Module),
          ),
        ).toBe(true)
      })
    })

    describe('locks', () => {
      it('stays where it is when the page navigates away', async () => {
        const before = app.page.url()
        await app.page.click('#outside')
        await app.page.evaluate(() => {
          location.href = 'data:text/html,gone'
        })
        await app.page.evaluate(() => {
          location.assign('file:///etc/passwd')
        })
        await app.page.evaluate(() => new Promise((done) => setTimeout(done, 200)))
        expect(app.page.url()).toBe(before)
        expect(await app.page.evaluate(() => window.backend !== undefined)).toBe(true)
      })

      it('opens no window, and hands https links to the system', async () => {
        await app.evaluate(({ shell }) => {
          const handed: string[] = []
          Object.assign(globalThis, { handed })
          shell.openExternal = async (url) => void handed.push(url)
        }, null)
        const opened = await app.page.evaluate(() =>
          [window.open('https://outside.example/a'), window.open('file:///etc/passwd'), window.open('about:blank')].map((w) => w === null),
        )
        expect(opened).toEqual([true, true, true])
        await app.page.click('#blank')
        const handed = await until(async () => {
          const list = await app.evaluate(() => (globalThis as unknown as { handed: string[] }).handed, null)
          return list.length > 1 ? list : undefined
        }, 'the links')
        expect(handed).toEqual(['https://outside.example/a', 'https://outside.example/paper'])
        expect(app.pages()).toHaveLength(1)
      })

      it('denies permissions', async () => {
        const states = await app.page.evaluate(async () => {
          const names = ['geolocation', 'camera', 'microphone', 'notifications', 'midi'] as PermissionName[]
          const queried = await Promise.all(names.map((name) => navigator.permissions.query({ name }).then(({ state }) => state)))
          const position = await new Promise<string>((done) =>
            navigator.geolocation.getCurrentPosition(
              () => done('given'),
              (error) => done(error.code === error.PERMISSION_DENIED ? 'denied' : error.message),
            ),
          )
          return [...queried, position, await Notification.requestPermission()]
        })
        expect(states).toEqual(Array(7).fill('denied'))
      })
    })

    describe('files', () => {
      it('makes a token of a file from disk, which reads it; its path stays behind', async () => {
        await app.chooseFile(photo)
        const outcome = await app.page.evaluate(async () => {
          const file = document.querySelector<HTMLInputElement>('#file')?.files?.[0]
          const opened = file && (await window.backend?.tokenForFile?.(file))
          const read = opened && (await window.backend?.call('files.read', [opened.token]))
          return { opened, name: read?.name, text: new TextDecoder().decode(read?.bytes), recents: await window.backend?.call('recents.list', []) }
        })
        expect(outcome).toMatchObject({
          opened: { name: 'photo one.jpg', size: 6 },
          name: 'photo one.jpg',
          text: 'pixels',
          recents: [{ name: 'photo one.jpg', present: true }],
        })
        expect(JSON.stringify(outcome)).not.toContain(folder)
      })

      it('makes no token of a file that the page made up', async () => {
        expect(await app.page.evaluate(() => window.backend?.tokenForFile?.(new File(['x'], 'passwd')))).toBeNull()
        expect(await app.page.evaluate(() => window.api?.calls['files.adopt'] === undefined)).toBe(true)
      })

      it('opens what the dialog answers', async () => {
        await app.evaluate(({ dialog }, path) => {
          dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [path] })
        }, photo)
        expect(await app.page.evaluate(() => window.backend?.call('files.open', ['photo']))).toMatchObject({ name: 'photo one.jpg', size: 6 })
        await app.evaluate(({ dialog }) => {
          dialog.showOpenDialog = async () => ({ canceled: true, filePaths: [] })
        }, null)
        expect(await app.page.evaluate(() => window.backend?.call('files.open', ['photo']))).toBeNull()
      })

      it('saves the whole file where the dialog says, over an old one, and leaves no draft', async () => {
        const target = join(folder, 'saved', 'net.safetensors')
        for (const size of [3_000_000, 5]) {
          await app.evaluate(({ dialog }, path) => {
            dialog.showSaveDialog = async () => ({ canceled: false, filePath: path })
          }, target)
          const saved = await app.page.evaluate(
            (length) => window.backend?.call('files.save', [{ name: 'net.safetensors', bytes: new Uint8Array(length).fill(7) }]),
            size,
          )
          expect(saved).toEqual({ name: 'net.safetensors' })
          const bytes = readFileSync(target)
          expect(bytes.length).toBe(size)
          expect(bytes.every((byte) => byte === 7)).toBe(true)
        }
        expect(readdirSync(join(folder, 'saved'))).toEqual(['net.safetensors'])
      })
    })

    describe('desktop', () => {
      it('sends menu commands to the page', async () => {
        await app.evaluate(({ Menu }) => {
          const items = Menu.getApplicationMenu()?.items.flatMap((item) => item.submenu?.items ?? []) ?? []
          items.find(({ label }) => label === 'Open…')?.click()
        }, null)
        expect(await until(() => app.page.evaluate(() => window.seen.find((seen) => (seen as { event: string }).event === 'menu.command')))).toEqual({
          event: 'menu.command',
          value: 'open',
        })
      })

      it('follows the theme', async () => {
        const dark = () => app.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)
        await app.page.evaluate(() => window.backend?.call('settings.set', [{ theme: 'dark' }]))
        expect(await until(async () => ((await dark()) ? true : undefined), 'the dark theme')).toBe(true)
        await app.page.evaluate(() => window.backend?.call('settings.set', [{ theme: 'light' }]))
        expect(await until(async () => ((await dark()) ? undefined : true), 'the light theme')).toBe(true)
      })

      it('runs once: a second start hands over its file and ends', async () => {
        expect(await app.second([photo])).toBe(0)
        const opened = await until(
          () => app.page.evaluate(() => window.seen.find((seen) => (seen as { event: string }).event === 'files.opened')),
          'the file',
        )
        expect(opened).toMatchObject({ value: { name: 'photo one.jpg' } })
        expect(app.pages()).toHaveLength(1)
      })
    })
  })
}
