/** Stands where a view's code is still loading: shows nothing for that moment, and counts as work under way. */
import { useLayoutEffect } from 'react'
import { hold } from '../store/pending.ts'

export function Loading() {
  useLayoutEffect(hold, [])
  return null
}
