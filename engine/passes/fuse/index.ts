/** The passes of the fused stage, in order. */
import type { Pass } from '../pass.ts'
import { recogniseQdq } from '../quantize/recogniseQdq.ts'
import { foldBatchNorm, foldBatchNormShapes } from './foldBatchNorm.ts'
import { distributeActivation, fuseActivation } from './fuseActivation.ts'
import { fuseResidual } from './fuseResidual.ts'
import { fuseShuffle } from './fuseShuffle.ts'

export const FUSE: readonly Pass[] = withFolding(foldBatchNorm)

/** The same passes, without a copy of the weights: those of folded layers have no meaning. */
export const fuseShapes = (): readonly Pass[] => withFolding(foldBatchNormShapes())

function withFolding(folding: Pass): readonly Pass[] {
  const layers = [folding, fuseResidual, distributeActivation, fuseActivation, fuseShuffle, fuseActivation]
  // Behind the 8-bit layers: what their conversions kept apart until then.
  return [...layers, recogniseQdq, fuseShuffle]
}
