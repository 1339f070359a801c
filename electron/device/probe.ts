/** What this device is: board, clusters of cores, features, memory, sensors, read from the kernel's files. */
import type { Cluster, Device } from '../../engine/index.ts'
import { coreName } from './cores.ts'
import { type Files, numberIn, wordsIn } from './files.ts'

const CPUS = '/sys/devices/system/cpu'
/** The highest number that a trace has room for. */
const MOST_CPU = 4095
const THERMAL = '/sys/class/thermal'
/** Vendors of processors that no ARM machine has: an emulator shows the machine that it runs on. */
const FOREIGN = /GenuineIntel|AuthenticAMD|HygonGenuine|Intel\(R\)|AMD/

export interface Circumstances {
  /** As Node and uname name them: arm64, arm, x64. */
  readonly arch: string
  readonly kernel: string
  /** Number of CPUs where the kernel's files do not list them. */
  readonly cores: number
  readonly memoryBytes: number
  /** Milliseconds since 1970. */
  readonly now: number
  readonly reportsThrottling: boolean
}

interface Cpu {
  readonly number: number
  readonly core: string
  readonly foreign: boolean
}

export function probeDevice(files: Files, around: Circumstances): Device {
  const cpus = cpusOf(files, around)
  const isArm = /^(arm|aarch64)/.test(around.arch)
  const board = wordsIn(files, '/proc/device-tree/model') ?? dmiBoard(files)
  return {
    board: board ?? null,
    arch: around.arch,
    clusters: clustersOf(files, cpus),
    features: featuresOf(files),
    memoryBytes: memoryOf(files) ?? around.memoryBytes,
    kernel: around.kernel.slice(0, 300),
    distribution: distributionOf(files) ?? null,
    emulated: isArm && (cpus.length === 0 || cpus.some((c) => c.foreign)),
    thermalZones: zonesOf(files).map(({ name }) => name),
    reportsThrottling: around.reportsThrottling,
    clock: around.now / 1000,
  }
}

function dmiBoard(files: Files): string | undefined {
  const words = ['sys_vendor', 'product_name'].flatMap((name) => wordsIn(files, `/sys/class/dmi/id/${name}`) ?? [])
  return words.length > 0 ? words.join(' ').slice(0, 300) : undefined
}

/** One entry per "processor" block of /proc/cpuinfo. */
function cpusOf(files: Files, { cores }: Circumstances): Cpu[] {
  const blocks = (files.text('/proc/cpuinfo') ?? '').split(/\n\s*\n/)
  const listed = blocks.flatMap((block): Cpu[] => {
    const value = (key: string): string | undefined => new RegExp(`^${key}\\s*:\\s*(.*)$`, 'm').exec(block)?.[1]?.trim()
    const number = Number(value('processor'))
    if (value('processor') === undefined || !Number.isInteger(number) || number < 0 || number > MOST_CPU) return []
    const [implementer, part] = [value('CPU implementer'), value('CPU part')]
    if (implementer !== undefined && part !== undefined)
      return [{ number, core: coreName(implementer.toLowerCase(), part.toLowerCase()), foreign: implementer === '0x00' }]
    const name = value('model name') ?? value('Hardware') ?? 'unknown'
    return [{ number, core: name.slice(0, 300), foreign: implementer === undefined || FOREIGN.test(block) }]
  })
  // Some kernels list one block for all.
  if (listed.length !== 1 || cores <= 1) return listed
  return Array.from({ length: cores }, (_, number) => ({ core: listed[0]?.core ?? 'unknown', foreign: listed[0]?.foreign ?? false, number }))
}

/** CPUs of one core, capacity and frequency range belong together; fastest first. */
function clustersOf(files: Files, cpus: readonly Cpu[]): Cluster[] {
  const clusters = new Map<string, Cluster>()
  for (const { number, core } of cpus) {
    const at = `${CPUS}/cpu${number}`
    const hertz = (name: string): number | null => {
      const kilohertz = numberIn(files, `${at}/cpufreq/${name}`)
      return kilohertz === undefined ? null : 1000 * kilohertz
    }
    const one: Cluster = {
      cpus: [number],
      core,
      capacity: numberIn(files, `${at}/cpu_capacity`) ?? null,
      governor: wordsIn(files, `${at}/cpufreq/scaling_governor`) ?? null,
      minFrequency: hertz('cpuinfo_min_freq'),
      maxFrequency: hertz('cpuinfo_max_freq'),
    }
    const key = JSON.stringify({ ...one, cpus: [] })
    const known = clusters.get(key)
    clusters.set(key, known ? { ...known, cpus: [...known.cpus, number] } : one)
  }
  return [...clusters.values()].sort((a, b) => (b.capacity ?? 0) - (a.capacity ?? 0) || (b.maxFrequency ?? 0) - (a.maxFrequency ?? 0))
}

/** What matters for convolutions, of all that a kernel lists. */
const NOTABLE = new Set([
  ...['fp', 'asimd', 'neon', 'asimdhp', 'fphp', 'asimddp', 'i8mm', 'bf16', 'sve', 'sve2', 'sme'],
  ...['sse4_2', 'avx', 'avx2', 'fma', 'avx512f', 'avx512_vnni', 'avx_vnni'],
])

function featuresOf(files: Files): string[] {
  const line = /^(?:Features|flags)\s*:\s*(.*)$/m.exec(files.text('/proc/cpuinfo') ?? '')?.[1] ?? ''
  return [...new Set(line.split(/\s+/).filter((word) => NOTABLE.has(word)))]
}

function memoryOf(files: Files): number | undefined {
  const kibibytes = /^MemTotal:\s*(\d{1,15}) kB$/m.exec(files.text('/proc/meminfo') ?? '')?.[1]
  return kibibytes === undefined ? undefined : 1024 * Number(kibibytes)
}

function distributionOf(files: Files): string | undefined {
  const text = files.text('/etc/os-release') ?? files.text('/usr/lib/os-release') ?? ''
  return /^PRETTY_NAME="?([^"\n]{1,300})"?$/m.exec(text)?.[1]
}

/** Thermal zones with a name and a file to read, in order of number. */
export function zonesOf(files: Files): { readonly name: string; readonly path: string }[] {
  return files
    .list(THERMAL)
    .filter((name) => /^thermal_zone\d{1,4}$/.test(name))
    .sort((a, b) => Number(a.slice(12)) - Number(b.slice(12)))
    .map((name) => ({ name: wordsIn(files, `${THERMAL}/${name}/type`) ?? name, path: `${THERMAL}/${name}/temp` }))
}
