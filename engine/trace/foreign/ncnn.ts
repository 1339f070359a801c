/**
 * Output of ncnn's benchncnn: one line of minimum, maximum and mean for each network, and where ncnn was built with
 * NCNN_BENCHMARK, one line for each layer of each run before it.
 * Source: ncnn, benchmark/benchncnn.cpp, benchmark/README.md and src/benchmark.cpp.
 */
import { checkCounts, decimal, duration, type ForeignProfile, type ForeignStep, refused, shown, threadCount } from './profile.ts'

const HINT = 'Choose the output of benchncnn, of the network that is open'

interface Network {
  readonly name: string
  readonly summary: ForeignProfile['summary']
  readonly steps: readonly ForeignStep[]
}

export function looksLikeNcnn(lines: readonly string[]): boolean {
  return lines.some((line) => networkOf(line) !== undefined || layerOf(line) !== undefined)
}

/**
 * `of`: name of the open model, by which one of several networks is chosen. Throws ScopeError `bad-input` where there are
 * several and none is called so: nothing else tells which one is meant.
 */
export function readNcnn(file: string, lines: readonly string[], of: string): ForeignProfile {
  const loops = settingOf(lines, 'loop_count')
  const networks = networksOf(file, lines, loops)
  const called = networks.filter((n) => plain(n.name) === plain(of))
  const [network] = called.length > 0 ? called : networks
  if (!network) throw refused(file, 'it holds no time of a network', HINT)
  if (networks.length > 1 && called.length !== 1) {
    const names = networks.slice(0, 4).map((n) => `"${shown(n.name, 40)}"`)
    throw refused(
      file,
      `it times ${networks.length} networks (${names.join(', ')}${networks.length > 4 ? ', …' : ''}), and it cannot be told which is "${shown(of, 60)}"`,
      'Keep the lines of one network in a file of their own',
    )
  }
  const threads = settingOf(lines, 'num_threads')
  return {
    engine: 'ncnn',
    model: network.name,
    runtime: 'ncnn',
    threads: threads === null ? null : threadCount(threads),
    total: [],
    summary: network.summary,
    steps: network.steps,
    stepMeans: false,
  }
}

function networksOf(file: string, lines: readonly string[], loops: number | null): Network[] {
  const networks: Network[] = []
  let layers = new Map<string, { name: string; type: string; samples: number[] }>()
  const steps = (): ForeignStep[] => {
    const rows = [...layers.values()]
    layers = new Map()
    // A run that was cut off is left out, so that all layers have as many.
    const runs = rows.reduce((least, r) => Math.min(least, r.samples.length), Number.POSITIVE_INFINITY)
    if (rows.length > 0) checkCounts(file, rows.length, runs)
    // The runs before the timed ones warm up.
    const from = loops !== null && loops < runs ? runs - loops : 0
    return rows.map(({ name, type, samples }) => ({ name, type, samples: samples.slice(from, runs) }))
  }
  for (const line of lines) {
    const layer = layerOf(line)
    if (layer) {
      const { name, type, ms } = layer
      const row = layers.get(`${type} ${name}`) ?? { name, type, samples: [] }
      layers.set(`${type} ${name}`, row)
      row.samples.push(duration(file, ms, name))
      continue
    }
    const network = networkOf(line)
    if (!network) continue
    const { name } = network
    const [min, mean, max] = [network.min, network.mean, network.max].map((v) => duration(file, v, name))
    if (min === undefined || mean === undefined || max === undefined) continue
    // Rounded to hundredths, the mean of equal runs can be outside.
    if (min > max || mean < min - 0.01 || mean > max + 0.01)
      throw refused(file, `the mean of "${shown(name, 60)}" is not between its least and its most`, 'Check that the file is as ncnn wrote it')
    networks.push({ name, summary: { min, mean, max, runs: loops, of: 'runs' }, steps: steps() })
    checkCounts(file, networks.length, 1)
  }
  // ncnn in a program of one's own prints layers and no summary.
  if (layers.size > 0) networks.push({ name: '', summary: undefined, steps: steps() })
  return networks
}

/** `          shufflenet  min =    2.20  max =    2.62  avg =    2.46` */
function networkOf(line: string): { name: string; min: number; max: number; mean: number } | undefined {
  const at = line.indexOf(' min =')
  if (at === -1 || at > 500) return undefined
  const found = line.slice(at, at + 200).match(/^ min = *([\d.e+]{1,30}) +max = *([\d.e+]{1,30}) +avg = *([\d.e+]{1,30})/)
  if (!found) return undefined
  const [min, max, mean] = found.slice(1).map(decimal)
  // Some builds say "cpu" or "gpu" behind the name.
  const name = line
    .slice(0, at)
    .trim()
    .replace(/ (cpu|gpu)$/, '')
  return min === undefined || max === undefined || mean === undefined || name === '' ? undefined : { name, min, max, mean }
}

/** `Convolution              conv1                              0.52ms    | [224, 224,   3 *1] -> ...` */
function layerOf(line: string): { type: string; name: string; ms: number } | undefined {
  const bar = line.indexOf('|')
  if (bar === -1 || bar > 2000) return undefined
  const head = line.slice(0, bar).trimEnd()
  const gap = head.lastIndexOf(' ')
  if (!head.endsWith('ms') || gap === -1) return undefined
  const ms = decimal(head.slice(gap + 1, -2))
  const words = head.slice(0, gap).trim()
  const space = words.indexOf(' ')
  if (Number.isNaN(ms) || space === -1) return undefined
  return { type: words.slice(0, space), name: words.slice(space).trim(), ms }
}

/** `num_threads = 4` */
function settingOf(lines: readonly string[], key: string): number | null {
  for (const line of lines) {
    const found = line.length < 200 ? line.match(/^\s*(\w+) = (\d{1,9})\s*$/) : null
    if (found?.[1] === key) return Number(found[2]) || null
  }
  return null
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
