/** The engine's catalogue of published weights, as the models service lists it. */
import { CATALOGUE } from '../../engine/index.ts'
import type { WeightsSource } from './models.ts'

export const catalogue: readonly WeightsSource[] = CATALOGUE.map((entry) => {
  const { id, title, url, sha256Prefix, size, params, classes, licence, top1 } = entry
  return { id, name: title, url, sha256Prefix, size, params, classes, source: `${new URL(url).host}, ${licence}, ${top1} % top-1 on ImageNet` }
})
