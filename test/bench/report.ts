/** Turns result files into tables, and compares two of them: `report.js FILE` or `report.js BEFORE AFTER`. */
import { readFile } from 'node:fs/promises'
import { quantile } from '../../engine/index.ts'
import { type Result, type Row, resultsSchema } from './result.ts'
import { INT8, INT8_ALONE, SMALL_BESIDE } from './suite.ts'

const pad = (cells: readonly string[], widths: readonly number[]): string =>
  `| ${cells.map((c, i) => (i === 0 ? c.padEnd(widths[i] ?? 0) : c.padStart(widths[i] ?? 0))).join(' | ')} |`

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => r[i]?.length ?? 0)))
  const rule = `| ${widths.map((w, i) => (i === 0 ? '-'.repeat(w) : `${'-'.repeat(w - 1)}:`)).join(' | ')} |`
  return [pad(head, widths), rule, ...rows.map((r) => pad(r, widths))].join('\n')
}

const median = (samples: readonly number[]): number => quantile(samples, 0.5)
const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 1)
const contender = (row: Row, name: string): number[] => row.contenders.find((c) => c.name === name)?.ms ?? []

function titleOf({ mode, machine, backend }: Result, threads: number): string {
  const { cpu, cores, memoryGiB, runtime } = machine
  return `${mode === 'node' ? 'Node' : 'Chromium'}, ${threads} ${threads === 1 ? 'thread' : 'threads'}: ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${runtime}; ${backend}`
}

const isInt8 = (name: string): boolean => name === INT8 || name === INT8_ALONE

/** The same networks in 8 bits, beside f32 of ours and of the others. */
function inInt8(rows: readonly Row[]): string {
  const measured = rows.filter((r) => contender(r, INT8).length > 0)
  if (measured.length === 0) return ''
  const others = [...new Set(measured.flatMap((r) => r.contenders.map((c) => c.name)))].filter(
    (n) => n !== INT8 && n !== 'ours, 1 thread' && !n.includes('baseline'),
  )
  const head = [
    'int8',
    'p50',
    'p90',
    ...others.map((n) => (n === INT8_ALONE ? 'times 1 thread' : `/ ${n}${n === 'ours' ? '' : ' f32'}`)),
    'difference',
  ]
  const body = measured.map((r) => {
    const own = median(contender(r, INT8))
    const beside = others.map((n) => {
      const theirs = contender(r, n)
      if (theirs.length === 0) return ''
      return (n === INT8_ALONE ? median(theirs) / own : own / median(theirs)).toFixed(2)
    })
    const difference = r.contenders.find((c) => c.name === INT8)?.difference ?? 0
    return [r.model.replace('shufflenet-v1-', ''), ms(own), ms(quantile(contender(r, INT8), 0.9)), ...beside, difference.toExponential(1)]
  })
  return markdown(head, body)
}

/** Latency beside the others, and beside the floor that the machine's multiply-accumulate rate sets. */
function comparison(rows: readonly Row[]): string {
  const others = [...new Set(rows.flatMap((r) => r.contenders.map((c) => c.name)))].filter((n) => n !== 'ours' && !isInt8(n))
  const head = ['model', 'input', 'ours p50', 'p90', ...others.flatMap((n) => [`${n} p50`, 'ours / it']), 'GMAC/s', 'peak', 'x floor']
  const body = rows.map((r) => {
    const own = median(contender(r, 'ours'))
    const beside = others.flatMap((n) => {
      const theirs = contender(r, n)
      return theirs.length === 0 ? ['', ''] : [ms(median(theirs)), (own / median(theirs)).toFixed(2)]
    })
    const gmacs = r.macs / own / 1e6
    const speed = [gmacs.toFixed(1), r.roof.gmacs.toFixed(1), (r.roof.gmacs / gmacs).toFixed(2)]
    return [r.model.replace('shufflenet-v1-', ''), r.size, ms(own), ms(quantile(contender(r, 'ours'), 0.9)), ...beside, ...speed]
  })
  const difference = Math.max(...rows.flatMap((r) => r.contenders.filter((c) => !isInt8(c.name)).map((c) => c.difference)))
  return `${markdown(head, body)}\n\nOutputs differ by at most ${difference.toExponential(1)} of their largest magnitude.`
}

/** Where the time goes and what each kind of layer leaves of the floor. */
function layers(row: Row): string {
  const kinds = new Map<string, { ms: number; macs: number; layers: number }>()
  for (const { name, kernel, ms: time, macs } of row.layers) {
    const role = name.split('.').slice(-2, -1)[0] ?? name
    const kind = `${/^stage/.test(name) ? `${name.split('.')[0]} ${role}` : name.replace('.conv', '')} (${kernel})`
    const sum = kinds.get(kind) ?? { ms: 0, macs: 0, layers: 0 }
    kinds.set(kind, { ms: sum.ms + time, macs: sum.macs + macs, layers: sum.layers + 1 })
  }
  const total = row.layers.reduce((sum, l) => sum + l.ms, 0)
  const body = [...kinds].map(([kind, k]) => {
    const gmacs = k.macs / k.ms / 1e6
    const floor = k.macs / row.roof.gmacs / 1e6
    return [
      kind,
      String(k.layers),
      k.ms.toFixed(3),
      `${((100 * k.ms) / total).toFixed(1)} %`,
      gmacs.toFixed(1),
      `${((100 * gmacs) / row.roof.gmacs).toFixed(0)} %`,
      (k.ms - floor).toFixed(3),
    ]
  })
  const plain = median(contender(row, 'ours'))
  const notes = `Sum of layers ${ms(total)} ms beside ${ms(plain)} ms for whole runs between others; profiling adds ${(100 * row.profileOverhead).toFixed(1)} %. Memory ${row.roof.gbs.toFixed(1)} GB/s.`
  return `${markdown(['layers', 'count', 'ms', 'share', 'GMAC/s', 'of peak', 'ms over floor'], body)}\n\n${notes}`
}

function scaling(rows: readonly Row[]): string {
  return rows
    .filter((r) => r.smallMacs !== undefined)
    .map((r) => {
      const time = median(contender(r, 'ours')) / median(contender(r, SMALL_BESIDE))
      const own = median(contender(r, 'ours'))
      return `${r.model} at ${r.size}: ${ms(own)} ms; ${(r.macs / (r.smallMacs ?? 1)).toFixed(1)} times the MACs of 224x224, ${time.toFixed(1)} times the time.`
    })
    .join('\n')
}

function firstAnswer({ firstAnswer: f }: Result): string {
  if (!f) return ''
  const steady = median(f.steady)
  return `First answer of the bundled model: ${median(f.first).toFixed(0)} ms from opening its file, ${median(f.fromStart).toFixed(0)} ms from the start of a fresh process or worker (medians of ${f.first.length} starts); second photo ${ms(median(f.second))} ms, ${(median(f.second) / steady).toFixed(2)} times the steady ${ms(steady)} ms.`
}

function report(results: readonly Result[]): string {
  const parts: string[] = []
  for (const result of results)
    for (const threads of [...new Set(result.rows.map((r) => r.threads))]) {
      const rows = result.rows.filter((r) => r.threads === threads)
      parts.push(
        `### ${titleOf(result, threads)}`,
        comparison(rows.filter((r) => r.smallMacs === undefined)),
        inInt8(rows.filter((r) => r.smallMacs === undefined)),
        scaling(rows),
      )
      const detailed = rows.find((r) => r.model.endsWith('g3-1.0x') && r.size === '224x224')
      if (detailed) parts.push(`${detailed.model}, layer by layer:`, layers(detailed))
      if (threads === 1) parts.push(firstAnswer(result))
    }
  return parts.filter((p) => p !== '').join('\n\n')
}

/** A 95 % interval of the median from its samples' ranks: no assumption about their distribution. */
function interval(samples: readonly number[]): readonly [number, number] {
  const sorted = [...samples].sort((a, b) => a - b)
  const half = 0.98 * Math.sqrt(sorted.length)
  const at = (i: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(i)))] ?? Number.NaN
  return [at(sorted.length / 2 - half), at(sorted.length / 2 + half - 1)]
}

/** Smaller changes are not reported: another start of the same program differs by as much. */
const LEAST_CHANGE = 0.03

function compare(before: readonly Result[], after: readonly Result[]): string {
  const cells = (results: readonly Result[]) =>
    new Map(
      results.flatMap(({ mode, rows }) =>
        rows.flatMap((r) => r.contenders.map((c) => [`${mode}, ${r.threads} threads, ${r.model} ${r.size}, ${c.name}`, c.ms] as const)),
      ),
    )
  const old = cells(before)
  const lines = [...cells(after)].flatMap(([name, now]) => {
    const then = old.get(name)
    if (!then) return [`new      ${name}: ${ms(median(now))} ms`]
    const [a, b] = [interval(then), interval(now)]
    const change = median(now) / median(then) - 1
    const apart = (a[1] < b[0] || b[1] < a[0]) && Math.abs(change) >= LEAST_CHANGE
    if (!apart) return []
    return [`${change < 0 ? 'faster' : 'slower'}   ${name}: ${ms(median(then))} -> ${ms(median(now))} ms (${(100 * change).toFixed(1)} %)`]
  })
  return lines.length > 0 ? lines.join('\n') : `nothing moved by ${100 * LEAST_CHANGE} % or more beyond noise`
}

async function read(path: string): Promise<Result[]> {
  return resultsSchema.parse(JSON.parse(await readFile(path, 'utf8')))
}

const [first, second] = process.argv.slice(2)
if (!first) throw new Error('name one result file for tables, or two to compare')
console.log(second ? compare(await read(first), await read(second)) : report(await read(first)))
