/** The engine worker's handlers, one per method of the contract. */
import { alignGraphs, badInput, fuse, type Graph, type Model, makePlan, recognise, throwIfCancelled, ZOO } from '../../engine/index.ts'
import { traceFileView } from './comparing.ts'
import { compressModel } from './compressing.ts'
import type { Handlers, ModelHandle, StageName } from './contract/index.ts'
import { inputsOf } from './givenPhotos.ts'
import { runnerHost } from './host.ts'
import { answersOf, clockModel, weighModel } from './judging.ts'
import { layerErrors } from './layerErrors.ts'
import { ablatePhoto, closeLens, lensLayers, lensPhoto } from './lens.ts'
import { mixingFamily, mixingView } from './mixing.ts'
import { photoMixing } from './mixingPhoto.ts'
import { joinFiles, readModel } from './modelFile.ts'
import { viewOf } from './modelView.ts'
import { networkView } from './network.ts'
import { occludePhoto } from './occlusion.ts'
import { paperTable } from './paperTable.ts'
import { preprocessOf } from './photoUse.ts'
import { plannedView } from './planned.ts'
import { profileModel } from './profiling.ts'
import { photoInput, type Running, runPhoto } from './running.ts'
import { traceOfRun } from './runTrace.ts'
import { withScopes } from './scopes.ts'
import { traceView } from './tracing.ts'
import { unitView } from './unitFlow.ts'

interface OpenedModel extends Running {
  readonly stage: (stage: StageName) => Graph
}

const opened = new Map<ModelHandle, OpenedModel>()

function modelOf(handle: ModelHandle): OpenedModel {
  const model = opened.get(handle)
  if (!model) throw badInput('Model', 'it is not open', 'Open it again')
  return model
}

/** Each stage is computed when first asked for. */
function stagesOf(model: Model, known: Graph | undefined): (stage: StageName) => Graph {
  let recognised = known
  let fused: Graph | undefined
  const asRecognised = () => {
    recognised ??= recognise(model.graph)
    return recognised
  }
  const asFused = () => {
    fused ??= fuse(asRecognised())
    return fused
  }
  // A plan is made of the fused graph, and shown in its terms.
  return (stage) => (stage === 'loaded' ? model.graph : stage === 'recognised' ? asRecognised() : asFused())
}

export const handlers: Handlers = {
  async zoo() {
    return ZOO.map(({ id, title }) => ({ id, title }))
  },

  join: joinFiles,

  async open({ handle, source }, context) {
    const read = await readModel(source, context)
    throwIfCancelled(context.signal, 'Opening the model')
    const { loaded, recognised } = withScopes(read.graph)
    const model = { ...read, graph: loaded }
    const stage = stagesOf(model, recognised)
    opened.set(handle, { model, stage, recognised: () => stage('recognised'), fused: () => stage('fused'), runner: undefined })
    return viewOf(model)
  },

  async network({ handle, stage }, { progress }) {
    progress({ step: 'recognising' })
    const opened = modelOf(handle)
    const graph = opened.stage(stage)
    if (stage === 'planned') return plannedView(opened.model.graph, graph, makePlan(graph))
    return networkView(opened.model.graph, graph, stage)
  },

  async unit({ handle, stage, scope }) {
    const view = unitView(modelOf(handle).stage(stage), scope)
    if (!view) throw badInput(`Unit "${scope}"`, 'the model has no such unit at this stage', 'Go back to the network and choose another one')
    return view
  },

  async run({ handle, photo, name, threads }, context) {
    return runPhoto(modelOf(handle), photo, name, threads, context)
  },

  async profile({ handle, threads }, context) {
    return profileModel(modelOf(handle), threads, context)
  },

  async occlude({ handle, photo, name, threads, classes }, context) {
    return occludePhoto(modelOf(handle), photo, name, threads, classes, context)
  },

  async lensLayers({ handle }) {
    return lensLayers(modelOf(handle).recognised())
  },

  async lens({ handle, photo, name, threads, tensor }, context) {
    return lensPhoto(modelOf(handle), photo, name, threads, tensor, context)
  },

  async ablate({ handle, tensor, off }, context) {
    return ablatePhoto(modelOf(handle), tensor, off, context)
  },

  async mixing({ handle }, { signal, progress }) {
    progress({ step: 'mixing' })
    const { model, stage } = modelOf(handle)
    return mixingView(stage('recognised'), model.title, signal)
  },

  async mixingPhoto({ handle, photo, name, threads }, context) {
    const model = modelOf(handle)
    const { tensor } = await photoInput(model, photo, name, context)
    return photoMixing(model.recognised(), tensor, await runnerHost(threads), context)
  },

  mixingFamily: ({ scale }, context) => mixingFamily(scale, context),

  paper: ({ table }, context) => paperTable(table, context),

  async trace({ handle, stage, tensor, channel, shuffle }) {
    return traceView(modelOf(handle).stage(stage), tensor, channel, shuffle)
  },

  async align({ handle, other, stage }, { progress }) {
    progress({ step: 'aligning' })
    return alignGraphs(modelOf(handle).stage(stage), modelOf(other).stage(stage))
  },

  async readTrace({ handle, file, name }) {
    return traceFileView(modelOf(handle).model, file, name)
  },

  runTrace: ({ handle }) => traceOfRun(modelOf(handle)),

  async report({ handle, locale, version, profile }, { signal, progress }) {
    progress({ step: 'writing' })
    // Layouts and words that nothing else here needs.
    const { measurementOfProfile, measurementOfTrace, reportHtml, tracedModel } = await import('../report/index.ts')
    const running = modelOf(handle)
    const { model } = running
    // A worker that was replaced has forgotten the single runs, but the page has not forgotten what they came to.
    const own = running.timed
      ? measurementOfTrace(null, await traceOfRun(running), await tracedModel(model))
      : profile && measurementOfProfile(profile)
    return reportHtml(model, { measurements: own ? [own] : [], locale, version, made: new Date().toISOString(), signal })
  },

  async compress({ handle, photos, choice, threads }, context) {
    const running = modelOf(handle)
    const preprocess = preprocessOf(running.model)
    const inputs = preprocess && inputsOf(photos, preprocess, context.signal)
    return compressModel(running, inputs, choice, await runnerHost(threads), context)
  },

  async weigh({ handle }) {
    return weighModel(modelOf(handle))
  },

  async clock({ handle, threads }, context) {
    return clockModel(modelOf(handle).fused(), await runnerHost(threads), context)
  },

  async answers({ handle, photos, threads }, context) {
    return answersOf(modelOf(handle), photos, await runnerHost(threads), context)
  },

  async layerErrors({ handle, other, photo, name, factors, threads }, context) {
    const [before, after] = [modelOf(handle), modelOf(other)]
    const { tensor } = await photoInput(before, photo, name, context)
    return layerErrors(before.fused(), after.fused(), tensor, factors, await runnerHost(threads), context)
  },

  async close({ handle }) {
    const model = opened.get(handle)
    opened.delete(handle)
    await closeLens(model?.lens)
    await model?.runner?.made.then((r) => r.close()).catch(() => undefined)
    return null
  },
}
