/** The few icons of the page, drawn on a 16 px grid in the colour of the text. */
import type { ReactNode } from 'react'

function Icon({ children }: { readonly children: ReactNode }) {
  return (
    <svg className="icon" width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.3" aria-hidden="true">
      {children}
    </svg>
  )
}

export const ExploreIcon = () => (
  <Icon>
    <path d="M2 3.5h3M2 8h3M2 12.5h3M11 3.5h3M11 8h3M11 12.5h3M5 3.5C8 3.5 8 8 11 8M5 8c3 0 3 4.5 6 4.5M5 12.5c4 0 2-9 6-9" />
  </Icon>
)
export const PhotoIcon = () => (
  <Icon>
    <rect x="1.7" y="2.7" width="12.6" height="10.6" rx="1" />
    <circle cx="5.3" cy="6.2" r="1.2" />
    <path d="M2 12l4-3.5 2.5 2 3-3.5 2.5 3" />
  </Icon>
)
export const CostsIcon = () => (
  <Icon>
    <path d="M2 3.5h11M2 8h7M2 12.5h9.5" strokeWidth="2.2" />
  </Icon>
)
export const CompressIcon = () => (
  <Icon>
    <path d="M2 8h4.2M4.4 6L6.4 8l-2 2M14 8H9.8M11.6 6l-2 2 2 2M8 2.5v11" />
  </Icon>
)
export const DevicesIcon = () => (
  <Icon>
    <rect x="4.5" y="4.5" width="7" height="7" rx="0.7" />
    <path d="M6.5 4.5V2M9.5 4.5V2M6.5 14v-2.5M9.5 14v-2.5M4.5 6.5H2M4.5 9.5H2M14 6.5h-2.5M14 9.5h-2.5" />
  </Icon>
)
export const MenuIcon = () => (
  <Icon>
    <circle cx="3.5" cy="8" r=".9" fill="currentColor" />
    <circle cx="8" cy="8" r=".9" fill="currentColor" />
    <circle cx="12.5" cy="8" r=".9" fill="currentColor" />
  </Icon>
)
export const ChevronIcon = () => (
  <Icon>
    <path d="M4.5 6.5L8 10l3.5-3.5" />
  </Icon>
)
export const ExportIcon = () => (
  <Icon>
    <path d="M8 10V2.5M5 5.2L8 2.2l3 3M2.5 9.5v4h11v-4" />
  </Icon>
)
