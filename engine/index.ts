/** The public surface of the engine: everyone outside engine/ imports only this. */

export { assert, at } from './base/assert.ts'
export { throwIfCancelled } from './base/cancel.ts'
export { badInput, cancelled, type ErrorCode, type ErrorFields, errorFrom, missingFile, ScopeError, unsupported } from './base/errors.ts'
export { spread } from './base/spread.ts'
export { type AlignedSection, type AlignedUnit, type Alignment, alignGraphs, type LayerPair } from './compare/align.ts'
export { CONVENTION_WORDS, CONVENTIONS, type Convention, macsOf } from './cost/conventions.ts'
export { type Inspection, inspectGraph, type Layer, type SectionCost, type ShuffleInfo, sectionCosts } from './cost/inspect.ts'
export { writeBundle } from './exporters/bundle.ts'
export { writeOnnx } from './exporters/onnx.ts'
export { countBits, countInRange, hasBit } from './flow/bits.ts'
export { channelsInGroup, relativeChange } from './flow/change.ts'
export { flowOf, nodeOf, sourcesOf, targetsOf } from './flow/channelFlow.ts'
export { type FlowPiece, type GroupFlow, groupFlows } from './flow/groupFlows.ts'
export { type ChannelGraph, channelGraph } from './flow/links.ts'
export { crossingShare, type GroupMatrix } from './flow/mass.ts'
export { changeMatrix, depthToAll, type GroupChange, type MixingPoint, type MixingStage, mixingOf } from './flow/mixing.ts'
export { type ChannelTrace, traceChannel } from './flow/reach.ts'
export type { Seen, Spread } from './flow/structure.ts'
export { type FlowStage, type FlowUnit, stagesOf, unitsOf } from './flow/units.ts'
export { MAX_FILE_BYTES, openModel } from './importers/open.ts'
export { checkGraph } from './ir/check.ts'
export * from './ir/graph.ts'
export * from './ir/tensor.ts'
export { bestBuild, detectFeatures, KERNEL_FILES, type WasmFeatures } from './kernels/features.ts'
export { type Model, type ModelInfo, modelInfoSchema, type Preprocess, preprocessSchema } from './model.ts'
export { type Activation, activationName } from './ops/activationFunction.ts'
export type { ChannelFlow, Cost } from './ops/op.ts'
export { OP_KINDS, OPS } from './ops/registry.ts'
export { type ShuffleSpec, shuffleSource, shuffleTarget } from './ops/shuffle.ts'
export { DIFFERENCE_REASONS, DIFFERENCE_WORDS, type DifferenceReason, differenceReason } from './paper/difference.ts'
export { type Recomputed, type RecomputedDetector, type RecomputedRow, reasonWords, recomputeRow } from './paper/recompute.ts'
export {
  CLAIM_MODELS,
  CLAIM_MODELS_RUN,
  CLAIM_TABLE,
  type ClaimAccuracy,
  type ClaimReading,
  type ClaimRow,
  type ClaimRuns,
  type ClaimVerdict,
  claimReadings,
  SHUFFLE_CLAIM,
} from './paper/shuffleClaim.ts'
export { type Figure, figuresOfV1, figuresOfZoo } from './paper/standing.ts'
export { LATENCY_INPUTS, PAPER_TABLES, type PaperRow, type PaperTable } from './paper/tables.ts'
export { ablate, channelMask, channelsOfGroup, withMask } from './passes/ablate.ts'
export { fuse, fuseStructure, recognise } from './passes/pipeline.ts'
export { type CoupledChannels, coupledChannels } from './passes/prune/coupled.ts'
export { NORMS, type Norm } from './passes/prune/importance.ts'
export {
  multiplyAccumulates,
  PRUNING_SCOPES,
  type Pruned,
  type PrunedLayer,
  type PruningScope,
  pruneChannels,
  type StructuredOptions,
} from './passes/prune/structured.ts'
export { pruneWeights, type UnstructuredOptions, type WeightSizes, weightSizes } from './passes/prune/unstructured.ts'
export { affineOfTensor, realValues } from './passes/quantize/affineOf.ts'
export {
  type Calibrated,
  type CalibrationOptions,
  type CalibrationStep,
  calibrate,
  correctCalibrated,
  type Looking,
  quantizeCalibrated,
} from './passes/quantize/calibrate.ts'
export { type CorrectOptions, correctBiases } from './passes/quantize/correct.ts'
export { type Correlation, correlationsOf } from './passes/quantize/correlation.ts'
export { equalise } from './passes/quantize/equalise.ts'
export { compareWithFloat, type Fidelity, type FidelityInputs, type GraphRunner } from './passes/quantize/fidelity.ts'
export { type MixedOptions, type MixedPrecision, type MixedStep, type MixedTarget, mixedPrecision } from './passes/quantize/mixedPrecision.ts'
export { ChannelObserver, Observer, RANGE_METHODS, type RangeMethod } from './passes/quantize/observe.ts'
export { isQuantized, observedTensors, type QuantizeOptions, quantizeGraph, type RoundedWeights } from './passes/quantize/quantize.ts'
export type { Range } from './passes/quantize/ranges.ts'
export { type LayerSensitivity, layerSensitivity, mostSensitiveFirst } from './passes/quantize/sensitivity.ts'
export { withoutShuffles } from './passes/withoutShuffles.ts'
export type { Plan, PlanStep, PlanTensor } from './plan/plan.ts'
export { readPlan, writePlan } from './plan/planFile.ts'
export { makePlan, type PlanOptions, planArenaBytes } from './plan/planner.ts'
export { createRunner } from './session/localRunner.ts'
export { probeMachine } from './session/machine.ts'
export { type PoolStart, poolWorkerMain } from './session/poolWorker.ts'
export { evaluateGraph } from './session/referenceRunner.ts'
export type { Profile, ProfileOptions, Runner, RunOptions, RunResult } from './session/runner.ts'
export type { PoolThread, RunnerHost, SpawnThread } from './session/team.ts'
export { type Cluster, type Condition, checkSchema, conditionSchema, type Device, deviceSchema, type OutputCheck } from './trace/device.ts'
export { mappedShare, readAnyTrace } from './trace/foreign/index.ts'
export { hashModel } from './trace/hash.ts'
export { ENGINE_NAMES, type Imported, importedSchema } from './trace/imported.ts'
export { readTrace } from './trace/read.ts'
export { type Interval, medianInterval, variation } from './trace/statistics.ts'
export {
  type HostFingerprint,
  type Machine,
  machineSchema,
  quantile,
  type StepSample,
  stepSampleSchema,
  stepTimes,
  type Trace,
  traceSchema,
} from './trace/trace.ts'
export { type Doubt, type Reason, type Verdict, verdictOf } from './trace/verdict.ts'
export { type PruningWords, prunedModel, quantizedModel } from './variant.ts'
export { type ActivationHead, activationHead, classActivationMap } from './vision/classActivation.ts'
export { areProbabilities, classProbabilities, type Ranked, softmax, topK } from './vision/classify.ts'
export { type Detection, type DetectionOptions, detectObjects } from './vision/detect/detect.ts'
export { type DetectionHead, detectionHead } from './vision/detect/head.ts'
export { MATCH_IOU, type Match, type Matching, matchDetections } from './vision/detect/match.ts'
export { LABEL_SETS, type LabelSet, labelOf, labelSetOf, parseLabels } from './vision/labels.ts'
export { greyOf, type Occlusion, type OcclusionOptions, occlusionSensitivity, squareSpan } from './vision/occlusion.ts'
export type { Pixels } from './vision/pixels.ts'
export { cropForNetwork, cropWindow, preprocessImage } from './vision/preprocess.ts'
export { CATALOGUE } from './zoo/catalogue.ts'
export { customV1Id } from './zoo/customV1.ts'
export type { Fit, PublishedMacs } from './zoo/entry.ts'
export { type ComplexityBudget, HELD_GROUPS, type HeldWidths, holdComplexity, stemFor } from './zoo/holdComplexity.ts'
export { buildZooModel, ZOO, type ZooEntry } from './zoo/index.ts'
export { shuffleNetV1Cost, type V1Cost, type V1Request, type V1Section, type V1Shape, v1ShapeCost } from './zoo/v1Cost.ts'
export { V1_REPEATS, V1_WIDTHS, v1Widths } from './zoo/v1Widths.ts'
