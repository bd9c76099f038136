/** What is wrong with a version of Node, if anything is. */
export const nodeProblem = (version: string): string | undefined => {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  return major > 22 || (major === 22 && minor >= 19)
    ? undefined
    : `it needs Node.js 22.19 or newer, this is v${version}: install a newer one`
}
