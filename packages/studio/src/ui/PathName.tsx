import { readable, segments } from "../model/path.ts"

/** A path as people read it: keys of items as they were, so that a `/` in one does not look like one between two names. */
export const PathName = ({ path }: { readonly path: string }) => (
  <span class="path mono">
    {segments(path).map((segment, i) => [i === 0 ? null : <Separator />, readable(segment)])}
  </span>
)

/** Where a line may end. */
const Separator = () => (
  <>
    <span class="sep">/</span>
    <wbr />
  </>
)
