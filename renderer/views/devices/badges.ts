/** What a probe found, as a few short words each. */
import type { Cluster, Device } from '../../../engine/index.ts'
import type { Translate } from '../../app/strings/index.ts'
import { bytes } from '../../charts/kit/format.ts'
import { megahertz } from './runData.ts'

export interface Badge {
  readonly key: string
  readonly text: string
  readonly title: string
  /** What a reader must not miss. */
  readonly strong?: boolean
}

/** That say something about the speed of a network; the others stand in the tooltip. */
const TELLING = new Set([
  'asimd',
  'asimddp',
  'asimdhp',
  'fphp',
  'i8mm',
  'bf16',
  'sve',
  'sve2',
  'neon',
  'avx2',
  'fma',
  'avx512f',
  'avx512_vnni',
  'avx_vnni',
])

export function badgesOf(t: Translate, device: Device): Badge[] {
  const { board, arch, clusters, features, memoryBytes, kernel, distribution, emulated } = device
  const telling = features.filter((f) => TELLING.has(f))
  const governors = [...new Set(clusters.flatMap((c) => (c.governor === null ? [] : [c.governor])))]
  return [
    ...(emulated ? [{ key: 'emulated', text: t('devices.emulated'), title: t('devices.emulated.hint'), strong: true }] : []),
    ...(board === null ? [] : [{ key: 'board', text: board, title: t('devices.badge.board') }]),
    ...clusters.map((c, i) => ({ key: `cluster${i}`, text: clusterText(c), title: clusterTitle(t, c) })),
    { key: 'arch', text: arch, title: t('devices.badge.arch') },
    ...(telling.length > 0 ? [{ key: 'features', text: telling.join(' '), title: t('devices.badge.features', { list: features.join(' ') }) }] : []),
    { key: 'memory', text: bytes(memoryBytes), title: t('devices.badge.memory') },
    ...(governors.length > 0
      ? [{ key: 'governor', text: governors.join(', '), title: t('devices.badge.governor'), strong: governors.some((g) => g !== 'performance') }]
      : []),
    ...(distribution === null ? [] : [{ key: 'system', text: distribution, title: kernel }]),
  ]
}

/** "4 × Cortex-A72, 1500 MHz" */
export function clusterText({ cpus, core, maxFrequency }: Cluster): string {
  return `${cpus.length} × ${core}${maxFrequency === null ? '' : `, ${megahertz(maxFrequency)} MHz`}`
}

function clusterTitle(t: Translate, { cpus, capacity, minFrequency, maxFrequency }: Cluster): string {
  return t('devices.badge.cluster', {
    cpus: spans(cpus),
    capacity: capacity ?? '–',
    from: minFrequency === null ? '–' : megahertz(minFrequency),
    to: maxFrequency === null ? '–' : megahertz(maxFrequency),
  })
}

/** 0, 1, 2, 3, 6 as "0-3,6". */
export function spans(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b)
  const found: [number, number][] = []
  for (const n of sorted) {
    const last = found.at(-1)
    if (last && n === last[1] + 1) last[1] = n
    else found.push([n, n])
  }
  return found.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}
