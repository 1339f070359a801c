/** Counts work under way; `data-idle` on the document says whether there is none, for tests that wait. */

let pending = 0
let settling = 0

function show(): void {
  document.documentElement.dataset.idle = String(pending === 0)
}

/** Counts `work` until it settles, and one frame more, so that what it changed is on the screen. */
export async function counted<T>(work: Promise<T>): Promise<T> {
  pending++
  show()
  try {
    return await work
  } finally {
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

export function pendingWork(): number {
  return pending - settling
}
