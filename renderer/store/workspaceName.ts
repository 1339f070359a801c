/** How a workspace file is known, without the code that reads it. */

export const WORKSPACE_FORMAT = 'shufflescope-workspace'
export const WORKSPACE_ENDING = '.shufflescope.json'

/** `head`: the first characters of the file. */
export function isWorkspace(head: string, name: string): boolean {
  return name.toLowerCase().endsWith(WORKSPACE_ENDING) || (head.trimStart().startsWith('{') && head.includes(`"${WORKSPACE_FORMAT}"`))
}
