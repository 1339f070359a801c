/** The first code of the page: starts the engine's worker, which takes longest to load, then loads the rest beside it. */

const spawn = (): Worker => new Worker(new URL('../workers/engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' })
let early: Worker | undefined = spawn()

const { start } = await import('./main.tsx')
start(() => {
  const worker = early ?? spawn()
  early = undefined
  return worker
})

export {}
