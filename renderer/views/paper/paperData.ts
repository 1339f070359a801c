/** The rows of a table of the paper as the page shows them: what is printed at once, what is counted once it is there. */
import { PAPER_TABLES, type PaperRow, type PaperTable, type RecomputedDetector, type RecomputedRow } from '../../../engine/index.ts'
import type { Translate } from '../../app/strings/index.ts'
import { exact, short } from '../../charts/kit/format.ts'
import type { FigureColumn, FigureTable } from '../../export/figures.ts'
import type { ConventionId } from '../../workers/contract/index.ts'

export interface ShownRow {
  readonly row: PaperRow
  /** Null until it is counted. */
  readonly made: RecomputedRow | null
}

export function shownTable(
  table: number,
  counted: readonly RecomputedRow[] | undefined,
): { readonly paper: PaperTable; readonly rows: readonly ShownRow[] } {
  const paper = PAPER_TABLES.find((t) => t.table === table) ?? PAPER_TABLES[0]
  if (!paper) throw new Error('the paper has tables')
  return { paper, rows: paper.points.map((row, i) => ({ row, made: counted?.[i] ?? null })) }
}

/** A printed value beside complexity: top-1 error, mAP by size of the image, milliseconds by input. */
export interface PrintedColumn {
  readonly key: string
  readonly kind: 'error' | 'map' | 'ms'
  /** Size of the image or the input; empty for the error. */
  readonly size: string
  readonly value: (row: PaperRow) => number | null
}

export function printedColumns({ points }: PaperTable): PrintedColumn[] {
  const [first] = points
  const sized = (kind: 'map' | 'ms') =>
    Object.keys(first?.[kind] ?? {}).map(
      (size): PrintedColumn => ({ key: `${kind}${size}`, kind, size: size.replace('x', '×'), value: (row) => row[kind]?.[size] ?? null }),
    )
  const error: PrintedColumn = { key: 'error', kind: 'error', size: '', value: (row) => row.error }
  return [...(points.some((p) => p.error !== null) ? [error] : []), ...sized('map'), ...sized('ms')]
}

/** Whether the table prints complexities, so that there is something to count. */
export function isCounted({ points }: PaperTable): boolean {
  return points.some((p) => p.mflops !== null)
}

/** MACs under the convention of the printed figure. */
export function countedMacs(made: RecomputedRow | null): number | null {
  return made?.computed && made.convention ? made.computed.macs[made.convention] : null
}

/** What a convention adds up, in a word: here "paper" would name what everything is from. */
export function countsText(t: Translate, convention: ConventionId): string {
  return t(`convention.${convention === 'paper' ? 'conv' : convention}.short`)
}

/** The same network under every convention, exactly, in lines. */
export function conventionLines(t: Translate, { computed }: RecomputedRow): string {
  if (!computed) return ''
  return (['paper', 'conv+fc', 'all'] as const)
    .map((c) => t('paper.line', { convention: countsText(t, c), macs: exact(computed.macs[c]) }))
    .join('\n')
}

/** What a detector costs at an image size, in all and by part: convolutions and fully connected layers. */
export function detectorText(t: Translate, { image, computed, parts }: RecomputedDetector): string {
  const own = parts.filter((p) => p.macs > 0).map((p) => `${p.name} ${short(p.macs)}`)
  return t('paper.detector', { image: image.replace('x', '×'), macs: short(computed.macs['conv+fc']), parts: own.join(', ') })
}

/** All of it, numbers in full. */
export function paperFigureTable(t: Translate, paper: PaperTable, rows: readonly ShownRow[]): FigureTable {
  const printed = printedColumns(paper)
  const units = { error: '%', map: '%', ms: 'ms' } as const
  const columns: FigureColumn[] = [
    { key: 'model', label: t('paper.model') },
    { key: 'id', label: t('paper.id') },
    ...printed.map(({ key, kind, size }): FigureColumn => ({ key, label: t(`paper.${kind}.of`, { size }), unit: units[kind] })),
    { key: 'mflops', label: t('paper.printed'), unit: 'M' },
    { key: 'convention', label: t('paper.counts') },
    { key: 'macs', label: t('paper.counted') },
    { key: 'macsConv', label: t('paper.counted.in', { convention: countsText(t, 'conv') }) },
    { key: 'macsConvFc', label: t('paper.counted.in', { convention: countsText(t, 'conv+fc') }) },
    { key: 'macsAll', label: t('paper.counted.in', { convention: countsText(t, 'all') }) },
    { key: 'difference', label: t('paper.difference'), unit: '%' },
    { key: 'params', label: t('costs.params') },
    { key: 'arenaBytes', label: t('paper.arena'), unit: 'bytes' },
    { key: 'reason', label: t('paper.reason') },
    { key: 'detectors', label: t('paper.detectors') },
    { key: 'choices', label: t('paper.choices') },
  ]
  return {
    columns,
    rows: rows.map(({ row, made }) => {
      const { computed = null, convention = null, difference = null } = made ?? {}
      return [
        row.model,
        made?.id ?? null,
        ...printed.map((c) => c.value(row)),
        row.mflops,
        convention && countsText(t, convention),
        countedMacs(made),
        computed?.macs.conv ?? null,
        computed?.macs['conv+fc'] ?? null,
        computed?.macs.all ?? null,
        difference === null ? null : 100 * difference,
        computed?.params ?? null,
        computed?.arenaBytes ?? null,
        made && t(`paper.reason.${made.reason}`),
        made?.detectors.map((d) => detectorText(t, d)).join('; ') || null,
        made?.choices.join('; ') ?? null,
      ]
    }),
  }
}
