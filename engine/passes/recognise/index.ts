/** The recognising passes, in order: what a loaded graph means, said in the engine's own ops. Nothing machine-specific. */
import type { Pass } from '../pass.ts'
import { hardSigmoid, selfGated } from './activations.ts'
import { channelShuffle } from './channelShuffle.ts'
import { constantInputs } from './constantInputs.ts'
import { convolutionBias } from './convolutionBias.ts'
import { foldConstants } from './foldConstants.ts'
import { gatherToSlice } from './gatherToSlice.ts'
import { globalPooling, wholeWindow } from './globalPooling.ts'
import { groupedConvolution } from './groupedConvolution.ts'
import { linearBias, productToLinear } from './linearLayers.ts'
import { mergeReshapes } from './mergeReshapes.ts'
import { paddedWindows } from './paddedWindows.ts'
import { removeIdentities } from './removeIdentities.ts'
import { repeatedRounding } from './repeatedRounding.ts'
import { mergeTransposes, turnedSoftmax } from './transposes.ts'
import { turnedReshapes } from './turnedReshapes.ts'

export const RECOGNISE: readonly Pass[] = [
  foldConstants,
  constantInputs,
  removeIdentities,
  // Roundings stand between the parts of what follows.
  repeatedRounding,
  // One reshape on either side of a transpose is what the shuffle looks for.
  mergeTransposes,
  turnedReshapes,
  mergeTransposes,
  mergeReshapes,
  channelShuffle,
  gatherToSlice,
  groupedConvolution,
  productToLinear,
  linearBias,
  globalPooling,
  wholeWindow,
  convolutionBias,
  hardSigmoid,
  selfGated,
  paddedWindows,
  turnedSoftmax,
  // What the passes above left behind.
  mergeReshapes,
  removeIdentities,
]
