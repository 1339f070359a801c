/** Units to draw: small networks of the zoo's builder, so that flows come from the engine's ops and not from a test. */
import { buildZooModel, type Graph, recognise } from '../../engine/index.ts'
import type { UnitView } from '../../renderer/workers/contract/index.ts'
import { unitView } from '../../renderer/workers/unitFlow.ts'

export function zooGraph(id: string): Graph {
  return recognise(buildZooModel(id, { inputSize: 64, classes: 10 }).graph)
}

export function unitOf(id: string, scope: string): UnitView {
  const view = unitView(zooGraph(id), scope)
  if (!view) throw new Error(`${id} has no unit ${scope}`)
  return view
}
