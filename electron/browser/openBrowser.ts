/** Opens an address in the user's browser. */
import { spawn } from 'node:child_process'

const COMMANDS: Readonly<Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>>> = {
  darwin: ['open'],
  // `start` is cmd's own and takes its first quoted argument for a title; rundll32 takes the address as it is.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** An opener that has not failed by then has handed the address over, or is the browser itself. */
const SETTLED_MS = 1500

export interface Opener {
  readonly command: string
  readonly args: readonly string[]
}

/** What opens an address here; undefined where there is no display to open it on. */
export function openerFor(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): Opener | undefined {
  const [command, ...args] = COMMANDS[platform] ?? ['xdg-open']
  // Without a display xdg-open would start a text browser that nobody sees.
  if (command === 'xdg-open' && !environment.DISPLAY && !environment.WAYLAND_DISPLAY) return undefined
  return { command, args }
}

/** Resolves to whether the address was handed to a browser, as far as can be told. */
export function openBrowser(url: string, opener = openerFor(process.platform, process.env)): Promise<boolean> {
  if (!opener) return Promise.resolve(false)
  return new Promise((resolve) => {
    const child = spawn(opener.command, [...opener.args, url], { stdio: 'ignore', detached: true })
    const timer = setTimeout(() => {
      child.unref()
      resolve(true)
    }, SETTLED_MS)
    const end = (opened: boolean) => {
      clearTimeout(timer)
      resolve(opened)
    }
    child.once('error', () => end(false))
    child.once('exit', (code) => end(code === 0))
  })
}
