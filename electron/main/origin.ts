/** The application's own origin, and what counts as lying within it. */

export const SCHEME = 'app'
export const HOST = 'shufflescope'
export const START = `${SCHEME}://${HOST}/index.html`

/** Whether a frame with this URL is the application's own page. */
export function isOwn(url: string): boolean {
  try {
    const { protocol, host, username, password } = new URL(url)
    return protocol === `${SCHEME}:` && host === HOST && username === '' && password === ''
  } catch {
    return false
  }
}
