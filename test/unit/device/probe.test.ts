/** Boards as their kernels show them: text as these machines print it, and what is made of it. */
import { describe, expect, it } from 'vitest'
import { throttling, watch } from '../../../electron/device/conditions.ts'
import type { Files } from '../../../electron/device/files.ts'
import { probeDevice } from '../../../electron/device/probe.ts'

function tree(contents: Readonly<Record<string, string>>): Files {
  return {
    text: (path) => contents[path],
    list: (path) => [
      ...new Set(Object.keys(contents).flatMap((name) => (name.startsWith(`${path}/`) ? [name.slice(path.length + 1).split('/')[0] ?? ''] : []))),
    ],
  }
}

const around = { arch: 'arm64', kernel: '6.6.31 #1', cores: 4, memoryBytes: 4e9, now: 1.7e12, reportsThrottling: false }
const armCpu = (number: number, part: string, implementer = '0x41', features = 'fp asimd evtstrm crc32 asimddp'): string =>
  `processor\t: ${number}\nBogoMIPS\t: 108.00\nFeatures\t: ${features}\nCPU implementer\t: ${implementer}\nCPU architecture: 8\nCPU variant\t: 0x4\nCPU part\t: ${part}\nCPU revision\t: 1\n\n`
const cpufreq = (cpu: number, governor: string, min: number, max: number, now = max): Record<string, string> => ({
  [`/sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_governor`]: `${governor}\n`,
  [`/sys/devices/system/cpu/cpu${cpu}/cpufreq/cpuinfo_min_freq`]: `${min}\n`,
  [`/sys/devices/system/cpu/cpu${cpu}/cpufreq/cpuinfo_max_freq`]: `${max}\n`,
  [`/sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_cur_freq`]: `${now}\n`,
})

const PI5 = tree({
  '/proc/device-tree/model': 'Raspberry Pi 5 Model B Rev 1.0\0',
  '/proc/cpuinfo': [0, 1, 2, 3].map((n) => armCpu(n, '0xd0b')).join(''),
  '/proc/meminfo': 'MemTotal:        8245216 kB\nMemFree:  1 kB\n',
  '/etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian"\n',
  '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
  '/sys/class/thermal/thermal_zone0/temp': '54200\n',
  '/proc/loadavg': '0.42 0.30 0.20 1/200 999\n',
  ...Object.assign({}, ...[0, 1, 2, 3].map((n) => cpufreq(n, 'ondemand', 1_500_000, 2_400_000))),
})

/** RK3399: four A53 and two A72, with capacities. */
const ROCK = tree({
  '/proc/device-tree/model': 'Radxa ROCK Pi 4B\0',
  '/proc/cpuinfo': [0, 1, 2, 3].map((n) => armCpu(n, '0xd03')).join('') + [4, 5].map((n) => armCpu(n, '0xd08')).join(''),
  ...Object.assign(
    {},
    ...[0, 1, 2, 3].map((n) => ({ ...cpufreq(n, 'schedutil', 408_000, 1_416_000), [`/sys/devices/system/cpu/cpu${n}/cpu_capacity`]: '485\n' })),
  ),
  ...Object.assign(
    {},
    ...[4, 5].map((n) => ({ ...cpufreq(n, 'performance', 408_000, 1_800_000), [`/sys/devices/system/cpu/cpu${n}/cpu_capacity`]: '1024\n' })),
  ),
})

describe('a probe', () => {
  it('of a Raspberry Pi 5', () => {
    expect(probeDevice(PI5, around)).toMatchObject({
      board: 'Raspberry Pi 5 Model B Rev 1.0',
      clusters: [{ cpus: [0, 1, 2, 3], core: 'Cortex-A76', capacity: null, governor: 'ondemand', minFrequency: 1.5e9, maxFrequency: 2.4e9 }],
      features: ['fp', 'asimd', 'asimddp'],
      memoryBytes: 8245216 * 1024,
      distribution: 'Debian GNU/Linux 12 (bookworm)',
      emulated: false,
      thermalZones: ['cpu-thermal'],
      clock: 1.7e9,
    })
  })

  it('of big and little cores, the fast ones first', () => {
    expect(probeDevice(ROCK, around).clusters).toMatchObject([
      { cpus: [4, 5], core: 'Cortex-A72', capacity: 1024, governor: 'performance', maxFrequency: 1.8e9 },
      { cpus: [0, 1, 2, 3], core: 'Cortex-A53', capacity: 485, governor: 'schedutil', maxFrequency: 1.416e9 },
    ])
  })

  it('of other makers, and of a part that is not known', () => {
    const cores = (cpuinfo: string): string[] => probeDevice(tree({ '/proc/cpuinfo': cpuinfo }), around).clusters.map((c) => c.core)
    expect(cores(armCpu(0, '0x004', '0x4e'))).toEqual(['Carmel'])
    expect(cores(armCpu(0, '0x205', '0x51') + armCpu(1, '0x999', '0x51'))).toEqual(['Kryo', 'Qualcomm part 0x999'])
    expect(cores(armCpu(0, '0xd0f', '0x46'))).toEqual(['implementer 0x46 part 0xd0f'])
  })

  it.each([
    ["an emulator that shows its host's processor", 'processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R)\n\n'],
    ["another host's", 'processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC\n\n'],
    ['an emulator that makes one up', armCpu(0, '0x051', '0x00')],
    ['a processor that says nothing', ''],
  ])('calls it emulated: %s', (_name, cpuinfo) => {
    expect(probeDevice(tree({ '/proc/cpuinfo': cpuinfo }), around).emulated).toBe(true)
    expect(probeDevice(tree({ '/proc/cpuinfo': cpuinfo }), { ...around, arch: 'x86_64' }).emulated).toBe(false)
  })

  it('bounds what hostile files say, and keeps control characters out', () => {
    const device = probeDevice(
      tree({ '/proc/device-tree/model': `\u001b[31mEvil\n${'x'.repeat(10_000)}`, '/proc/cpuinfo': `processor\t: 1e99\nprocessor : -1\n` }),
      around,
    )
    expect(device.board).toHaveLength(300)
    expect(device.board).not.toMatch(/\p{Cc}/u)
    expect(device.clusters).toEqual([])
  })
})

describe('a look at how it is doing', () => {
  it('takes the hottest zone and the slowest core in use', () => {
    const files = tree({
      '/sys/class/thermal/thermal_zone0/temp': '54200',
      '/sys/class/thermal/thermal_zone1/temp': '61000',
      '/sys/class/thermal/thermal_zone2/temp': '-273000',
      '/sys/class/thermal/thermal_zone10/temp': 'nonsense',
      '/proc/loadavg': '1.25 0.30 0.20 1/200 999\n',
      ...cpufreq(0, 'ondemand', 600_000, 1_800_000, 600_000),
      ...cpufreq(1, 'ondemand', 600_000, 1_800_000, 1_800_000),
    })
    expect(watch(files, [0, 1], () => 'throttled=0x50005').look(7, 3)).toEqual({
      at: 7,
      ms: 3,
      temperature: 61,
      frequency: 6e8,
      throttled: ['under-voltage', 'throttled'],
      load: 1.25,
    })
    expect(watch(files, [1], () => undefined).look(0, null)).toMatchObject({ frequency: 1.8e9, throttled: [] })
    expect(watch(tree({}), [0], () => undefined).look(0, null)).toEqual({
      at: 0,
      ms: null,
      temperature: null,
      frequency: null,
      throttled: [],
      load: null,
    })
  })

  it('tells what throttles now from what has since the start', () => {
    expect(throttling('throttled=0x50000\n')).toEqual([])
    expect(throttling('50005')).toEqual(['under-voltage', 'throttled'])
    expect(throttling('0x8')).toEqual(['soft temperature limit'])
    expect(throttling('VCHI initialization failed')).toEqual([])
    expect(throttling(undefined)).toEqual([])
  })
})
