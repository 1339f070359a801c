/** What a device is, before anything of ours is on it: the kernel's files are read through its shell and judged here. */
import { type Condition, type Device, ScopeError } from '../../engine/index.ts'
import { FIRMWARE, watch } from '../device/conditions.ts'
import type { Files } from '../device/files.ts'
import { LINE_MARK } from '../device/messages.ts'
import { probeDevice } from '../device/probe.ts'
import type { Connection } from './connection.ts'
import { printable } from './printable.ts'

export interface Probe {
  readonly device: Device
  /** Temperature, frequency, throttling and load at this moment. */
  readonly condition: Condition
}

/** od and tr are everywhere, base64 is not. Files of the kernel are short; the longest is cpuinfo of a server. */
const SCRIPT = `
say() { printf '%s%s=%s\\n' '${LINE_MARK}' "$1" "$2"; }
for f in /proc/cpuinfo /proc/meminfo /proc/loadavg /proc/device-tree/model /etc/os-release /usr/lib/os-release \\
  /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name ${FIRMWARE} \\
  /sys/devices/system/cpu/cpu[0-9]*/cpu_capacity /sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor \\
  /sys/devices/system/cpu/cpu[0-9]*/cpufreq/cpuinfo_m??_freq /sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq \\
  /sys/class/thermal/thermal_zone[0-9]*/type /sys/class/thermal/thermal_zone[0-9]*/temp
do
  [ -r "$f" ] || continue
  h=$(head -c 200000 "$f" 2>/dev/null | od -An -v -tx1 2>/dev/null | tr -d ' \\n')
  say file "$f $h"
done
say arch "$(uname -m)"
say kernel "$(uname -rv)"
say now "$(date +%s)"
say cores "$(getconf _NPROCESSORS_ONLN 2>/dev/null || nproc 2>/dev/null || echo 1)"
say throttled "$(vcgencmd get_throttled 2>/dev/null)"
say end yes
`
const TIMEOUT = 30_000
const MOST_OUTPUT = 8 * 2 ** 20
const MOST_LINE = 2 ** 20

/** Throws ScopeError `device` where it does not answer as a Linux system does. */
export async function probeRemote(connection: Connection, signal?: AbortSignal): Promise<Probe> {
  const contents = new Map<string, string>()
  const facts = new Map<string, string>()
  const onStdoutLine = (line: string): void => {
    const [, key = '', value = ''] = (line.startsWith(LINE_MARK) && /^([a-z]{1,20})=(.*)$/.exec(line.slice(LINE_MARK.length))) || []
    const file = key === 'file' ? /^(\/\S{1,200}) ([0-9a-f]*)$/.exec(value) : null
    if (file) contents.set(file[1] ?? '', Buffer.from(file[2] ?? '', 'hex').toString('utf8'))
    else if (key !== '') facts.set(key, value)
  }
  const { code, stderr } = await connection.exec(['sh', '-c', SCRIPT], {
    ...(signal && { signal }),
    timeoutMs: TIMEOUT,
    maxOutputBytes: MOST_OUTPUT,
    maxLineBytes: MOST_LINE,
    onStdoutLine,
  })
  if (!facts.has('end'))
    throw new ScopeError({
      code: 'device',
      what: `Device ${connection.label}`,
      why: `its shell did not answer (exit code ${code}${stderr ? `, "${printable(stderr.trim(), 200)}"` : ''})`,
      hint: 'A device must run Linux with a POSIX shell',
    })
  const number = (key: string): number => Math.max(0, Number(facts.get(key)) || 0)
  const files = snapshot(contents)
  const firmware = facts.get('throttled') || undefined
  const device = probeDevice(files, {
    arch: printable(facts.get('arch') ?? 'unknown', 50),
    kernel: printable(facts.get('kernel') ?? 'unknown', 250),
    cores: Math.min(Math.max(1, number('cores')), 4096),
    memoryBytes: 0,
    now: 1000 * Math.min(number('now'), 1e11),
    reportsThrottling: firmware !== undefined || contents.has(FIRMWARE),
  })
  const cpus = device.clusters.flatMap((c) => c.cpus)
  return { device, condition: watch(files, cpus, () => firmware).look(0, null) }
}

/** The files that were read, as if they lay here. */
function snapshot(contents: ReadonlyMap<string, string>): Files {
  return {
    text: (path) => contents.get(path),
    list: (path) => [
      ...new Set([...contents.keys()].flatMap((name) => (name.startsWith(`${path}/`) ? [name.slice(path.length + 1).split('/')[0] ?? ''] : []))),
    ],
  }
}
