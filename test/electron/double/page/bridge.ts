/**
 * contextBridge between two JavaScript worlds of one page. They share the DOM alone: a CustomEvent's detail is structured-cloned
 * on its way from one world to the other, and dispatching is synchronous. Rules of what crosses: Electron's contextBridge documentation.
 */

type Coded =
  | { t: 'value'; v: unknown }
  | { t: 'function' | 'promise'; id: number }
  | { t: 'error'; message: string }
  | { t: 'array'; v: Coded[] }
  | { t: 'object'; v: [string, Coded][] }

type Message =
  | { kind: 'call'; id: number; args: Coded[] }
  | { kind: 'reply'; ok: boolean; value: Coded }
  | { kind: 'settle'; id: number; ok: boolean; value: Coded }
  | { kind: 'expose'; key: string; value: Coded }

export interface Bridge {
  expose(key: string, value: unknown): void
}

const MAX_DEPTH = 1000

/** `receive` and `send` are event names that only the two halves know. */
export function createBridge(receive: string, send: string, onExpose: (key: string, value: unknown) => void): Bridge {
  const functions: ((...args: unknown[]) => unknown)[] = []
  const promises = new Map<number, { resolve(value: unknown): void; reject(reason: unknown): void }>()
  let promiseCount = 0
  let reply: Extract<Message, { kind: 'reply' }> | undefined

  const post = (message: Message) => dispatchEvent(new CustomEvent(send, { detail: message }))

  function encode(value: unknown, depth = 0): Coded {
    if (depth > MAX_DEPTH) throw new TypeError('Electron contextBridge recursion depth exceeded.')
    if (typeof value === 'symbol') throw new Error('An object could not be cloned.')
    if (typeof value === 'function') return { t: 'function', id: functions.push((...args) => Reflect.apply(value, undefined, args)) - 1 }
    if (typeof value !== 'object' || value === null) return { t: 'value', v: value }
    if (value instanceof Promise) return encodePromise(value)
    if (value instanceof Error) return { t: 'error', message: value.message }
    if (Array.isArray(value)) return { t: 'array', v: value.map((item) => encode(item, depth + 1)) }
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null)
      return { t: 'object', v: Object.entries(value).map(([key, item]) => [key, encode(item, depth + 1)]) }
    // Throws for whatever structured clone refuses, such as an AbortSignal.
    return { t: 'value', v: structuredClone(value) }
  }

  function encodePromise(promise: Promise<unknown>): Coded {
    // Even and odd keep the ids of the two worlds apart.
    const id = ++promiseCount
    const settle = (ok: boolean, value: unknown) => {
      try {
        post({ kind: 'settle', id, ok, value: encode(value) })
      } catch (error) {
        post({ kind: 'settle', id, ok: false, value: encode(error) })
      }
    }
    promise.then(
      (value) => settle(true, value),
      (reason) => settle(false, reason),
    )
    return { t: 'promise', id }
  }

  function decode(coded: Coded): unknown {
    switch (coded.t) {
      case 'value':
        return coded.v
      case 'error':
        return new Error(coded.message)
      case 'array':
        return Object.freeze(coded.v.map(decode))
      case 'object':
        return Object.freeze(Object.fromEntries(coded.v.map(([key, value]) => [key, decode(value)])))
      case 'promise':
        return new Promise((resolve, reject) => promises.set(coded.id, { resolve, reject }))
      case 'function':
        return (...args: unknown[]) => callPeer(coded.id, args)
    }
  }

  function callPeer(id: number, args: unknown[]): unknown {
    post({ kind: 'call', id, args: args.map((arg) => encode(arg)) })
    const answer = reply
    reply = undefined
    if (!answer) throw new Error('The other world did not answer')
    const value = decode(answer.value)
    if (!answer.ok) throw value
    return value
  }

  function answerCall(id: number, args: Coded[]): void {
    try {
      post({ kind: 'reply', ok: true, value: encode(functions[id]?.(...args.map(decode))) })
    } catch (error) {
      post({ kind: 'reply', ok: false, value: encode(error instanceof Error ? error : new Error(String(error))) })
    }
  }

  addEventListener(receive, (event) => {
    event.stopImmediatePropagation()
    const message = (event as CustomEvent<Message>).detail
    if (message.kind === 'call') answerCall(message.id, message.args)
    else if (message.kind === 'reply') reply = message
    else if (message.kind === 'expose') onExpose(message.key, decode(message.value))
    else {
      const promise = promises.get(message.id)
      promises.delete(message.id)
      const value = decode(message.value)
      if (message.ok) promise?.resolve(value)
      else promise?.reject(value)
    }
  })

  return { expose: (key, value) => void post({ kind: 'expose', key, value: encode(value) }) }
}
