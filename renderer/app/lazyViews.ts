/** What the first picture does not need; fetched once it stands, so that nothing waits for code later. */
import { type ComponentType, lazy } from 'react'

type Load = () => Promise<{ default: ComponentType }>

const loads: Load[] = []

function later(load: Load) {
  loads.push(load)
  return lazy(load)
}

export const PhotoView = later(() => import('../views/photo/PhotoView.tsx'))
export const CostsView = later(() => import('../views/costs/CostsView.tsx'))
export const CompressView = later(() => import('../views/compress/CompressView.tsx'))
export const DevicesView = later(() => import('../views/devices/DevicesView.tsx'))
export const CompareView = later(() => import('../views/compare/CompareView.tsx'))
export const Questions = later(() => import('../views/devices/Questions.tsx'))
export const ModelPicker = later(() => import('../views/models/ModelPicker.tsx'))
export const Palette = later(() => import('../views/palette/Palette.tsx'))
export const KeyMap = later(() => import('../views/topbar/KeyMap.tsx'))

/** One at a time, where the page has nothing else to do. What fails is asked for again when it is shown, and says so there. */
export function loadInIdle([load, ...rest]: readonly Load[] = loads): void {
  if (load)
    requestIdleCallback(
      () =>
        void load().then(
          () => loadInIdle(rest),
          () => undefined,
        ),
    )
}
