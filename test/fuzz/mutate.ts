/** Seeded mutations of a file: cut short, bits flipped, lengths edited, parts repeated inside themselves, huge numbers declared. */

export interface Random {
  /** Integer in [0, below). */
  int(below: number): number
}

export function seeded(seed: number): Random {
  let state = (seed * 2654435761 + 97) >>> 0
  return {
    int(below) {
      // xorshift32: every bit of it is usable, unlike the low bits of a linear congruence.
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return below <= 0 ? 0 : (state >>> 0) % below
    },
  }
}

const HUGE = [0x7fffffff, 0xffffffff, 0x80000000, 0x40000000, 0xffff, 0x10000, 0]

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array

/** Most structure sits at the beginning or the end of a file; half of the places are taken there. */
function place(bytes: Uint8Array, random: Random): number {
  const near = Math.min(bytes.length, 4096)
  const kind = random.int(4)
  if (kind === 0) return random.int(near)
  if (kind === 1) return bytes.length - 1 - random.int(near)
  return random.int(bytes.length)
}

const truncate: Mutation = (bytes, random) => bytes.slice(0, place(bytes, random))

const flip: Mutation = (bytes, random) => {
  const copy = bytes.slice()
  for (let n = 1 + random.int(16); n > 0; n--) {
    const at = place(copy, random)
    copy[at] = (copy[at] ?? 0) ^ (1 << random.int(8))
  }
  return copy
}

const overwriteNumber: Mutation = (bytes, random) => {
  const copy = bytes.slice()
  const size = [1, 2, 4, 8][random.int(4)] ?? 4
  const at = Math.max(0, Math.min(place(copy, random), copy.length - size))
  const value = HUGE[random.int(HUGE.length)] ?? 0
  for (let i = 0; i < size && at + i < copy.length; i++) copy[at + i] = i < 4 ? (value >>> (8 * i)) & 0xff : random.int(2) * 0x7f
  return copy
}

/** Decimal digits in headers of JSON and text: shapes and offsets. */
const overwriteDigits: Mutation = (bytes, random) => {
  const copy = bytes.slice()
  let at = place(copy, random)
  for (let i = 0; i < 512 && at < copy.length; i++, at++) {
    const c = copy[at] ?? 0
    if (c >= 48 && c <= 57) {
      for (let k = 0; k < 9 && at + k < copy.length && (copy[at + k] ?? 0) >= 48 && (copy[at + k] ?? 0) <= 57; k++) copy[at + k] = 57
      return copy
    }
  }
  return flip(bytes, random)
}

const repeat: Mutation = (bytes, random) => {
  const from = place(bytes, random)
  const part = bytes.slice(from, from + 1 + random.int(2048))
  const times = 1 + random.int(8)
  const at = place(bytes, random)
  const out = new Uint8Array(bytes.length + part.length * times)
  out.set(bytes.subarray(0, at))
  for (let i = 0; i < times; i++) out.set(part, at + i * part.length)
  out.set(bytes.subarray(at), at + part.length * times)
  return out
}

const drop: Mutation = (bytes, random) => {
  const from = place(bytes, random)
  const length = 1 + random.int(64)
  const out = new Uint8Array(Math.max(0, bytes.length - Math.min(length, bytes.length - from)))
  out.set(bytes.subarray(0, from))
  out.set(bytes.subarray(Math.min(bytes.length, from + length)), from)
  return out
}

const MUTATIONS: readonly Mutation[] = [truncate, flip, flip, overwriteNumber, overwriteNumber, overwriteDigits, repeat, drop]

/** The mutated copy that belongs to `seed`. */
export function mutate(bytes: Uint8Array, seed: number): Uint8Array {
  const random = seeded(seed)
  let out = bytes
  for (let n = 1 + random.int(3); n > 0 && out.length > 0; n--) out = (MUTATIONS[random.int(MUTATIONS.length)] ?? flip)(out, random)
  return out
}
