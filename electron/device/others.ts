/** Other runs of this program on the device: one that was left by a crash is ended, one that is at work would spoil both measurements. */
import { ScopeError } from '../../engine/index.ts'
import type { Files } from './files.ts'

export interface OtherRun {
  readonly pid: number
  /** Whoever started it is gone. */
  readonly left: boolean
}

/** What takes in processes whose parent has ended. */
const ADOPTERS: ReadonlySet<string> = new Set(['init', 'systemd'])
const GONE_MS = 5000
const LOOK_MS = 50

/** Runs of a `runner.mjs`, whichever version of it, except the process `self`. */
export function otherRuns(files: Files, self: number): OtherRun[] {
  return files
    .list('/proc')
    .map(Number)
    .filter((pid) => Number.isSafeInteger(pid) && pid > 0 && pid !== self && isRun(files.text(`/proc/${pid}/cmdline`)))
    .map((pid) => {
      const parent = parentOf(files.text(`/proc/${pid}/stat`))
      return { pid, left: parent === 1 || ADOPTERS.has(files.text(`/proc/${parent}/comm`)?.trim() ?? '') }
    })
}

/** A shell that starts it names it too, after -c. An emulator's name may stand before the program's. */
function isRun(cmdline: string | undefined): boolean {
  const words = cmdline?.split('\0') ?? []
  const at = words.findIndex((word) => word.endsWith('/runner.mjs'))
  return at > 0 && words[at + 1] === 'run' && !words.slice(0, at).includes('-c')
}

/** Field 4 of proc_pid_stat(5); field 2 is a name in brackets that may hold anything. */
function parentOf(stat: string | undefined): number | undefined {
  const found = /^\d+ \(.*\) \S (\d+) /s.exec(stat ?? '')
  return found ? Number(found[1]) : undefined
}

/** Throws ScopeError `device` where another run is at work, or one that was left cannot be ended. */
export async function endLeftRuns(files: Files, self: number, kill: (pid: number) => void): Promise<void> {
  const others = otherRuns(files, self)
  const busy = others.find((run) => !run.left)
  if (busy)
    throw new ScopeError({
      code: 'device',
      what: 'Profile',
      why: `another one is running here (process ${busy.pid}), and both would be wrong`,
      hint: 'Wait for it to end, or cancel it where it was started',
    })
  for (const { pid } of others) {
    try {
      kill(pid)
    } catch {
      // Gone meanwhile, or of another user: seen below.
    }
  }
  const isThere = ({ pid }: OtherRun): boolean => isRun(files.text(`/proc/${pid}/cmdline`))
  for (const limit = Date.now() + GONE_MS; others.some(isThere); await new Promise((resolve) => setTimeout(resolve, LOOK_MS)))
    if (Date.now() > limit)
      throw new ScopeError({
        code: 'device',
        what: 'Profile',
        why: `a run that was left here does not end (process ${others.find(isThere)?.pid})`,
        hint: 'End it on the device, or restart the device',
      })
}
