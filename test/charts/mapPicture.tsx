/** The map as one picture: every unit, at its own size, with the names of the stages as text. */
import { useMemo } from 'react'
import type { Size } from '../../renderer/charts/kit/size.ts'
import { type MapItem, type MapSection, networkLayout } from '../../renderer/charts/network/layout.ts'
import { MapScene, Markers } from '../../renderer/charts/network/MapScene.tsx'
import type { MapOp } from '../../renderer/charts/network/OpGraphView.tsx'
import type { OpGraphShape } from '../../renderer/charts/network/opGraph.ts'

export interface MapPictureProps {
  readonly sections: readonly MapSection[]
  readonly size: Size
  readonly label: string
  readonly selected: string | null
  /** A channel is traced: units show what of them it touches, and those that it does not touch step back. */
  readonly tracing?: boolean
  readonly describe: (item: MapItem) => string
}

const NO_GRAPHS: ReadonlyMap<string, OpGraphShape> = new Map()
const NO_OPS: ReadonlyMap<number, MapOp> = new Map()

export function MapPicture({ sections, size, label, selected, tracing = false, describe }: MapPictureProps) {
  const shapes = useMemo(() => networkLayout(sections, size), [sections, size])
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot hold a picture
    <svg className="network-chart" width={shapes.width} height={shapes.height} role="group" aria-label={label}>
      <Markers />
      {shapes.sections.map(({ section, y }) => (
        <text key={section.key} className="network-section" x={20} y={y}>
          {section.label}
          <tspan className="network-section-detail" dx={8}>
            {section.detail}
          </tspan>
        </text>
      ))}
      <MapScene
        shapes={shapes}
        level="units"
        k={1}
        near={{ x: 0, y: 0, width: shapes.width, height: shapes.height }}
        selected={selected}
        selectedOp={null}
        focusable={null}
        tracing={tracing}
        graphs={NO_GRAPHS}
        ops={NO_OPS}
        describe={describe}
        describeOp={() => ''}
      />
    </svg>
  )
}
