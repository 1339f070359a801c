/** The passes of the fused stage, in order. */
import type { Pass } from '../pass.ts'
import { foldBatchNorm } from './foldBatchNorm.ts'
import { distributeActivation, fuseActivation } from './fuseActivation.ts'
import { fuseResidual } from './fuseResidual.ts'
import { fuseShuffle } from './fuseShuffle.ts'

export const FUSE: readonly Pass[] = [foldBatchNorm, fuseResidual, distributeActivation, fuseActivation, fuseShuffle, fuseActivation]
