/** Counts work under way; `data-idle` on the document says whether there is none, for tests that wait. */

let pending = 0
let settling = 0

function show(): void {
  document.documentElement.dataset.idle = String(pending === 0)
}

/** Counts something under way until the function it returns is called, and one frame more, so that its result is on the screen. */
export function hold(): () => void {
  pending++
  show()
  return () => {
    settling++
    requestAnimationFrame(() =>
      setTimeout(() => {
        settling--
        pending--
        show()
      }),
    )
  }
}

/** Counts `work` until it settles. */
export async function counted<T>(work: Promise<T>): Promise<T> {
  const release = hold()
  try {
    return await work
  } finally {
    release()
  }
}

export function pendingWork(): number {
  return pending - settling
}
