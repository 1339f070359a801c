/** Writes the network of 5,000 nodes as a bundle, for the bench of the map. */
import { writeFile } from 'node:fs/promises'
import { writeBundle } from '../../engine/index.ts'
import { largeModel } from '../fixtures/largeModel.ts'

const [out] = process.argv.slice(2)
if (!out) throw new Error('usage: mapModel.js OUT.safetensors')
const model = largeModel()
await writeFile(out, writeBundle(model))
console.log(JSON.stringify({ nodes: model.graph.nodes.length }))
