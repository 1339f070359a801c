/** Sets of channels as bits: 32 to a word, so that a range is tested or filled a word at a time. */

/** Bit c of the set is bit c % 32 of word c >> 5. */
export type Bits = Uint32Array

export function emptyBits(size: number): Bits {
  return new Uint32Array((size + 31) >>> 5)
}

export function hasBit(bits: Bits, c: number): boolean {
  return (((bits[c >>> 5] ?? 0) >>> (c & 31)) & 1) === 1
}

export function addBit(bits: Bits, c: number): void {
  const word = c >>> 5
  bits[word] = (bits[word] ?? 0) | (1 << (c & 31))
}

/** The bits of word `word` that lie in [from, to). */
function maskOf(word: number, from: number, to: number): number {
  const low = Math.max(from - word * 32, 0)
  const high = Math.min(to - word * 32, 32)
  if (high <= low) return 0
  return ((high === 32 ? -1 : (1 << high) - 1) & (-1 << low)) >>> 0
}

/** Adds every channel of [from, to). */
export function addRange(bits: Bits, from: number, to: number): void {
  for (let w = from >>> 5; w * 32 < to && w < bits.length; w++) bits[w] = (bits[w] ?? 0) | maskOf(w, from, to)
}

/** Whether a channel of [from, to) is in the set. */
export function anyInRange(bits: Bits, from: number, to: number): boolean {
  for (let w = from >>> 5; w * 32 < to && w < bits.length; w++) if (((bits[w] ?? 0) & maskOf(w, from, to)) !== 0) return true
  return false
}

export function addAll(bits: Bits, other: Bits): void {
  for (let w = 0; w < bits.length; w++) bits[w] = (bits[w] ?? 0) | (other[w] ?? 0)
}

/** How many channels of [from, to) are in the set. */
export function countInRange(bits: Bits, from: number, to: number): number {
  let count = 0
  for (let w = from >>> 5; w * 32 < to && w < bits.length; w++) count += ones((bits[w] ?? 0) & maskOf(w, from, to))
  return count
}

export function countBits(bits: Bits): number {
  let count = 0
  for (const word of bits) count += ones(word)
  return count
}

/** The channels of the set, ascending. */
export function listBits(bits: Bits): number[] {
  const list: number[] = []
  for (let c = 0; c < bits.length * 32; c++) if (hasBit(bits, c)) list.push(c)
  return list
}

/** Set bits of a word. Source: H. S. Warren, Hacker's Delight, figure 5-2. */
function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555)
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
  x = (x + (x >>> 4)) & 0x0f0f0f0f
  return Math.imul(x, 0x01010101) >>> 24
}
