/** Entry of the engine worker: receives requests, runs their handlers, answers with plain data. */
import { errorFrom } from '../../engine/index.ts'
import type { CallContext, FromWorker, Method, ToWorker } from './contract/index.ts'
import { handlers } from './handlers.ts'

const running = new Map<number, AbortController>()

function post(message: FromWorker): void {
  self.postMessage(message)
}

async function answer(id: number, method: Method, args: never): Promise<void> {
  const controller = new AbortController()
  running.set(id, controller)
  const context: CallContext = { signal: controller.signal, progress: (progress) => post({ id, progress }) }
  try {
    post({ id, result: await handlers[method](args, context) })
  } catch (error) {
    post({ id, error: errorFrom(error).toFields() })
  } finally {
    running.delete(id)
  }
}

self.addEventListener('message', (event: MessageEvent<ToWorker>) => {
  const message = event.data
  if ('cancel' in message) running.get(message.id)?.abort()
  else void answer(message.id, message.method, message.args as never)
})
