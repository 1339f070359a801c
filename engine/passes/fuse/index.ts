/** The passes of the fused stage, in order. */
import type { Pass } from '../pass.ts'
import { recogniseQdq } from '../quantize/recogniseQdq.ts'
import { foldBatchNorm } from './foldBatchNorm.ts'
import { distributeActivation, fuseActivation } from './fuseActivation.ts'
import { fuseResidual } from './fuseResidual.ts'
import { fuseShuffle } from './fuseShuffle.ts'

export const FUSE: readonly Pass[] = [
  foldBatchNorm,
  fuseResidual,
  distributeActivation,
  fuseActivation,
  fuseShuffle,
  fuseActivation,
  recogniseQdq,
  // What conversions kept apart until then.
  fuseShuffle,
]
