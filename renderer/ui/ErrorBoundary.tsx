/** Catches what a view throws while it draws or loads, and says so in its place: never a blank panel. */
import { Component, type ReactNode } from 'react'

export interface ErrorBoundaryProps {
  /** A change of it tries again, e.g. another screen. */
  readonly subject: string
  readonly render: (error: unknown) => ReactNode
  readonly children: ReactNode
}

interface BoundaryState {
  readonly failed: { readonly error: unknown } | null
}

export class ErrorBoundary extends Component<ErrorBoundaryProps, BoundaryState> {
  override state: BoundaryState = { failed: null }

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { failed: { error } }
  }

  override componentDidUpdate(before: ErrorBoundaryProps): void {
    if (this.state.failed && before.subject !== this.props.subject) this.setState({ failed: null })
  }

  override render(): ReactNode {
    const { failed } = this.state
    return failed ? this.props.render(failed.error) : this.props.children
  }
}
