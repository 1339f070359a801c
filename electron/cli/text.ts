/** Results as text for people: aligned tables and short numbers. */

export type Cell = string | number | null

/** Columns padded to one width, those of numbers alone to the right; a rule under the head. Empty cells stay blank. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const right = head.map((_, column) => rows.every((row) => /^([+-]?[\d.,].*)?$/.test(String(row[column] ?? ''))))
  const lines = [head, ...rows].map((row) => head.map((_, column) => String(row[column] ?? '')))
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const padded = lines.map((line) =>
    line
      .map((cell, column) => (right[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  return [padded[0], widths.map((w) => '-'.repeat(w)).join('  '), ...padded.slice(1)].join('\n')
}

/** 137.5 M, 1.87 M, 24.0 k: enough digits to compare, exact figures are in --json. */
export function short(value: number | null): string {
  if (value === null) return ''
  for (const [unit, factor] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const)
    if (Math.abs(value) >= factor) return `${digits(value / factor)} ${unit}`
  return String(value)
}

function digits(value: number): string {
  return value.toFixed(value >= 100 ? 1 : value >= 10 ? 1 : 2)
}

export function bytes(value: number): string {
  return value < 1024 ? `${value} B` : value < 2 ** 20 ? `${digits(value / 1024)} KiB` : `${digits(value / 2 ** 20)} MiB`
}

export function milliseconds(value: number): string {
  return value.toFixed(value < 1 ? 3 : value < 100 ? 2 : 1)
}

export function percent(probability: number): string {
  return `${(100 * probability).toFixed(2)} %`
}

/** NCHW shapes as people write them: 1x240x28x28. */
export function shape(extents: readonly number[]): string {
  return extents.join('x')
}
