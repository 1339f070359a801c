/** The engine's catalogue of published weights, as the models service lists it. */
import { CATALOGUE } from '../../engine/index.ts'
import type { WeightsSource } from './models.ts'

export const catalogue: readonly WeightsSource[] = CATALOGUE.map((entry) => ({
  id: entry.id,
  name: entry.title,
  url: entry.url,
  sha256Prefix: entry.sha256Prefix ?? '',
  size: null,
  params: entry.params,
  classes: entry.classes,
  source: entry.provenance,
}))
