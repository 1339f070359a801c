/** Numbers for people: three significant digits in pictures, exact in tooltips. */

/** Made once: a formatter of its own for every number costs more than all the rest of a picture. */
const EXACT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 })

const STEPS: readonly (readonly [number, string])[] = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
]

/** 137500000 as "138 M"; below a thousand as it is. */
export function short(value: number, digits = 3): string {
  for (const [size, unit] of STEPS) if (Math.abs(value) >= size * (1 - 0.5 / 10 ** digits)) return `${significant(value / size, digits)} ${unit}`
  return Number.isInteger(value) ? String(value) : significant(value, digits)
}

/** Bytes with binary units: 524288 as "512 KiB". */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB']
  let scaled = value
  let unit = 0
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024
    unit++
  }
  return `${significant(scaled, 3)} ${units[unit]}`
}

export function milliseconds(value: number): string {
  return `${significant(value, 3)} ms`
}

/** 0.0423 as "4.23 %"; very small shares as "< 0.01 %". */
export function percent(share: number, digits = 3): string {
  const value = share * 100
  if (value > 0 && value < 0.01) return '< 0.01 %'
  return `${significant(value, digits)} %`
}

/** A value with as many decimals as a table prints; empty where there is none. */
export function fixed(value: number | null, decimals: number): string {
  return value === null ? '' : value.toFixed(decimals)
}

/** 0.012 as "+1.2 %"; what rounds to nothing has no sign. */
export function signedPercent(share: number): string {
  const digits = Math.abs(100 * share).toFixed(1)
  return `${Number(digits) === 0 ? '' : share > 0 ? '+' : '−'}${digits} %`
}

export function exact(value: number): string {
  return EXACT.format(value)
}

/** A moment for people, in the language of the page; empty where `iso` is none. */
export function moment(iso: string, locale: string): string {
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? '' : new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(date)
}

export function significant(value: number, digits: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value === 0) return '0'
  // Rounded first: 0.9999 has one digit before the point once it reads 1.00.
  const whole = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits))))) + 1
  return value.toFixed(Math.max(0, Math.min(digits - whole, 4)))
}

/** NCHW without its batch: "240 × 28 × 28". */
export function shape(extents: readonly number[]): string {
  const [first, ...rest] = extents
  if (extents.length === 0) return 'scalar'
  return (first === 1 && rest.length > 0 ? rest : extents).join(' × ')
}
