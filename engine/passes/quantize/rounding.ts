/**
 * Rounds weights one after the other, each time changing those that are left so that they make up for the error on the inputs that
 * photos make. Source: Frantar et al., arXiv:2210.17323 (GPTQ), for one row of weights at a time.
 */

/** Of the mean of the diagonal: keeps the inverse from growing where inputs are all but the same. */
const DAMPING = 0.01

/** Upper triangle U with inverse(sums + damping) = U' U, row-major; undefined where the inputs never move. */
export function feedback(sums: Float64Array, n: number): Float64Array | undefined {
  let trace = 0
  for (let i = 0; i < n; i++) trace += sums[i * n + i] ?? 0
  if (!(trace > 0)) return undefined
  const damped = Float64Array.from(sums)
  for (let i = 0; i < n; i++) damped[i * n + i] = (damped[i * n + i] ?? 0) + (DAMPING * trace) / n
  const lower = cholesky(damped, n)
  return lower && transposed(cholesky(inverseFrom(lower, n), n), n)
}

/** Integers of one row: `weights` over `scale`, at most `largest` in magnitude. */
export function roundRow(weights: ArrayLike<number>, scale: number, largest: number, upper: Float64Array | undefined): Int8Array {
  const n = weights.length
  const left = Float64Array.from({ length: n }, (_, i) => (weights[i] ?? 0) / scale)
  const rounded = new Int8Array(n)
  for (let i = 0; i < n; i++) {
    const q = Math.max(-largest, Math.min(largest, Math.round(left[i] ?? 0)))
    rounded[i] = q
    if (!upper) continue
    const error = ((left[i] ?? 0) - q) / (upper[i * n + i] ?? 1)
    for (let j = i + 1; j < n; j++) left[j] = (left[j] ?? 0) - error * (upper[i * n + j] ?? 0)
  }
  return rounded
}

/** Lower triangle L with L L' = matrix; undefined where it is not positive. */
function cholesky(matrix: Float64Array | undefined, n: number): Float64Array | undefined {
  if (!matrix) return undefined
  const lower = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j] ?? 0
      for (let k = 0; k < j; k++) sum -= (lower[i * n + k] ?? 0) * (lower[j * n + k] ?? 0)
      if (i !== j) lower[i * n + j] = sum / (lower[j * n + j] ?? 1)
      else if (sum > 0) lower[i * n + i] = Math.sqrt(sum)
      else return undefined
    }
  return lower
}

/** Inverse of L L'. */
function inverseFrom(lower: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n)
  const y = new Float64Array(n)
  for (let column = 0; column < n; column++) {
    for (let i = 0; i < n; i++) {
      let sum = i === column ? 1 : 0
      for (let k = column; k < i; k++) sum -= (lower[i * n + k] ?? 0) * (y[k] ?? 0)
      y[i] = i < column ? 0 : sum / (lower[i * n + i] ?? 1)
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = y[i] ?? 0
      for (let k = i + 1; k < n; k++) sum -= (lower[k * n + i] ?? 0) * (inverse[k * n + column] ?? 0)
      inverse[i * n + column] = sum / (lower[i * n + i] ?? 1)
    }
  }
  return inverse
}

function transposed(matrix: Float64Array | undefined, n: number): Float64Array | undefined {
  return matrix && Float64Array.from(matrix, (_, i) => matrix[(i % n) * n + Math.floor(i / n)] ?? 0)
}
