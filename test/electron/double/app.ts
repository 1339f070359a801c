/** `app`: life cycle, paths, single instance. Behaviour: Electron's documentation of app. */
import { EventEmitter } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

export interface AppDescription {
  readonly name: string
  readonly version: string
  readonly path: string
  readonly userData: string
}

class App extends EventEmitter {
  readonly isPackaged = false
  #description: AppDescription | undefined
  #quitting = false
  #ready = false
  #closeAll: () => Promise<boolean> = async () => true
  #shutDown: () => Promise<void> = async () => undefined

  /** Called by the launcher before the application's own code runs. */
  describe(description: AppDescription): void {
    this.#description = description
    mkdirSync(description.userData, { recursive: true })
  }
  onQuit(closeAll: () => Promise<boolean>, shutDown: () => Promise<void>): void {
    this.#closeAll = closeAll
    this.#shutDown = shutDown
  }
  becomeReady(): void {
    this.#ready = true
    this.emit('ready', {}, {})
  }
  get description(): AppDescription {
    if (!this.#description) throw new Error('The double was not launched')
    return this.#description
  }

  get isQuitting(): boolean {
    return this.#quitting
  }

  isReady(): boolean {
    return this.#ready
  }
  whenReady(): Promise<void> {
    return this.#ready ? Promise.resolve() : new Promise((resolve) => this.once('ready', () => resolve()))
  }
  getName(): string {
    return this.description.name
  }
  getVersion(): string {
    return this.description.version
  }
  getAppPath(): string {
    return this.description.path
  }
  getPath(name: string): string {
    const known: Record<string, string> = { userData: this.description.userData, home: homedir(), temp: tmpdir(), downloads: tmpdir() }
    const path = known[name]
    if (path === undefined) throw new Error(`Failed to get '${name}' path`)
    return path
  }

  /** As in Electron: before-quit, then every window may refuse, then will-quit. */
  quit(): void {
    if (this.#quitting) return
    this.#quitting = true
    void this.#quit()
  }
  async #quit(): Promise<void> {
    let stopped = false
    const event = {
      preventDefault() {
        stopped = true
      },
    }
    this.emit('before-quit', event)
    if (stopped || !(await this.#closeAll())) {
      this.#quitting = false
      return
    }
    this.emit('will-quit', event)
    await this.exit(0)
  }
  async exit(code: number): Promise<void> {
    this.emit('quit', {}, code)
    await this.#shutDown()
    process.exit(code)
  }
  windowsAllClosed(): void {
    if (this.#quitting) return
    // Without a listener Electron quits.
    if (this.listenerCount('window-all-closed') === 0) this.quit()
    else this.emit('window-all-closed')
  }

  /** Synchronous, like Electron's; a later instance leaves its message in a folder that the first watches. */
  requestSingleInstanceLock(data: unknown = null): boolean {
    const lock = join(this.description.userData, 'SingletonLock')
    const inbox = join(this.description.userData, 'SingletonMessages')
    const owner = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0
    if (owner > 0 && owner !== process.pid && isAlive(owner)) {
      writeFileSync(join(inbox, `${process.pid}.part`), '')
      writeFileSync(join(inbox, `${process.pid}.json`), JSON.stringify({ argv: process.argv, folder: process.cwd(), data }))
      return false
    }
    writeFileSync(lock, String(process.pid))
    rmSync(inbox, { recursive: true, force: true })
    mkdirSync(inbox)
    watch(inbox, () => this.#readInbox(inbox)).unref()
    return true
  }
  #readInbox(inbox: string): void {
    for (const name of readdirSync(inbox).filter((entry) => entry.endsWith('.json'))) {
      let message: { argv: string[]; folder: string; data: unknown }
      try {
        message = JSON.parse(readFileSync(join(inbox, name), 'utf8'))
      } catch {
        // Half written; the watch reports the rest.
        continue
      }
      rmSync(join(inbox, name))
      this.emit('second-instance', {}, message.argv, message.folder, message.data)
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export const app = new App()
