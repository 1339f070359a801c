/** How the device is doing: temperature, frequency, throttling, load. One look takes well under a millisecond. */
import type { Condition } from '../../engine/index.ts'
import { type Files, numberIn } from './files.ts'
import { zonesOf } from './probe.ts'

/** Where the Raspberry Pi's firmware says it, as a hexadecimal word. */
export const FIRMWARE = '/sys/devices/platform/soc/soc:firmware/get_throttled'
/** Its lowest bits say what is so now; the upper half what has been since the start. */
const THROTTLE_BITS: readonly (readonly [number, string])[] = [
  [0, 'under-voltage'],
  [1, 'frequency capped'],
  [2, 'throttled'],
  [3, 'soft temperature limit'],
]

export interface Watch {
  look(at: number, ms: number | null): Condition
}

/** `cpus`: those in use. `askFirmware`: its word where no file holds it, or undefined. */
export function watch(files: Files, cpus: readonly number[], askFirmware: () => string | undefined): Watch {
  const zones = zonesOf(files)
  return {
    look: (at, ms) => ({
      at,
      ms,
      temperature: hottest(zones.flatMap(({ path }) => numberIn(files, path) ?? [])),
      frequency: slowest(cpus.flatMap((cpu) => numberIn(files, `/sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_cur_freq`) ?? [])),
      throttled: throttling(files.text(FIRMWARE) ?? askFirmware()),
      load: loadIn(files.text('/proc/loadavg')),
    }),
  }
}

/** Milli-degrees of all zones; some kernels say degrees. Sensors that are off say 0 or absurd values. */
function hottest(readings: readonly number[]): number | null {
  const degrees = readings.map((r) => (Math.abs(r) >= 1000 ? r / 1000 : r)).filter((d) => d > 0 && d < 200)
  return degrees.length > 0 ? Math.max(...degrees) : null
}

function slowest(kilohertz: readonly number[]): number | null {
  const real = kilohertz.filter((k) => k > 0)
  return real.length > 0 ? 1000 * Math.min(...real) : null
}

/** "throttled=0x50005" of vcgencmd, or the word alone. */
export function throttling(text: string | undefined): string[] {
  const word = /^(?:throttled=)?((?:0x)?[0-9a-f]{1,8})$/i.exec(text?.trim() ?? '')?.[1]
  const value = word === undefined ? 0 : Number.parseInt(word.replace(/^0x/i, ''), 16)
  return THROTTLE_BITS.filter(([bit]) => (value >> bit) & 1).map(([, words]) => words)
}

function loadIn(text: string | undefined): number | null {
  const load = Number(text?.trim().split(/\s+/)[0] || Number.NaN)
  return Number.isFinite(load) && load >= 0 ? load : null
}
