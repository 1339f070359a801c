/** Along the bottom, always in sight: the photo and its answer, and the strip of layers. */
import { PhotoWell } from './PhotoWell.tsx'
import { Strip } from './Strip.tsx'

export function Dock() {
  return (
    <div className="dock">
      <PhotoWell />
      <Strip />
    </div>
  )
}
