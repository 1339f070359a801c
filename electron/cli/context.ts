/** What every command gets: where to write, where things lie, and when to stop. */
import { join } from 'node:path'
import { ScopeError } from '../../engine/index.ts'
import { connectDevice } from '../services/deviceLink.ts'
import { devicePackages } from '../services/devicePackages.ts'
import { type DevicesService, devicesService } from '../services/devices.ts'
import { type ModelsService, modelsService } from '../services/models.ts'

export interface CliContext {
  /** The folder that holds package.json, assets and dist. */
  readonly root: string
  readonly models: ModelsService
  readonly devices: DevicesService
  /** Whether a person watches standard error and can answer. */
  readonly interactive: boolean
  readonly signal: AbortSignal
  /** Standard output: results alone. */
  readonly out: (text: string) => void
  /** Standard error: progress and warnings, whole lines. */
  readonly note: (text: string) => void
  /** A line on standard error that the next one replaces; shown to people only. */
  readonly progress: (text: string) => void
}

export interface ContextOptions {
  readonly root: string
  readonly userData: string
  readonly catalogue: Parameters<typeof modelsService>[0]['catalogue']
  readonly signal: AbortSignal
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  /** Whether a person watches standard error. */
  readonly interactive: boolean
}

const SILENCE_MS = 30_000

export function createContext(options: ContextOptions): CliContext {
  const { root, userData, catalogue, signal, interactive } = options
  let shown = 0
  const clear = () => {
    if (shown > 0) options.writeError(`\r${' '.repeat(shown)}\r`)
    shown = 0
  }
  return {
    root,
    models: modelsService({ assets: join(root, 'assets'), userData, catalogue, fetch: (url, init) => fetch(url, init), silenceMs: SILENCE_MS }),
    devices: devicesService({ userData, root, connect: connectDevice, packages: devicePackages(userData) }),
    interactive,
    signal,
    out(text) {
      clear()
      options.write(text)
    },
    note(text) {
      clear()
      options.writeError(`${text}\n`)
    },
    progress(text) {
      if (!interactive) return
      clear()
      options.writeError(text)
      shown = text.length
    },
  }
}

/** Writes a command's result: one JSON document, or text for people. */
export function report(context: CliContext, json: boolean | undefined, value: unknown, text: () => string): void {
  context.out(`${json ? JSON.stringify(value) : text()}\n`)
}

export function usage(why: string, hint: string): ScopeError {
  return new ScopeError({ code: 'usage', what: 'Command line', why, hint })
}
