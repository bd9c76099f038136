/** Where a path of a definition ends, and those that go on from there. */
interface Place {
  readonly below: Map<string, Place>
  path: string | undefined
}

/** Finds for a path of a run that of the definition which stands for it, however many there are. */
export const finder = (paths: Iterable<string>): ((path: string) => string | undefined) => {
  const root: Place = { below: new Map(), path: undefined }
  for (const path of paths) {
    let place = root
    for (const name of path.split("/")) {
      const next = place.below.get(name) ?? { below: new Map(), path: undefined }
      place.below.set(name, next)
      place = next
    }
    place.path = path
  }
  const find = (place: Place | undefined, names: ReadonlyArray<string>, at: number): string | undefined => {
    const name = names[at]
    if (place === undefined || name === undefined) return place?.path
    return find(place.below.get(name), names, at + 1) ?? find(place.below.get("*"), names, at + 1)
  }
  return (path) => find(root, path.split("/"), 0)
}
