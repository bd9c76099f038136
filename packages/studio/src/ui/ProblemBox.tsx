import type { Problem } from "../api/client.ts"

/** What the server cannot do, and what to do. */
export const ProblemBox = ({ problem }: { readonly problem: Problem }) => (
  <div class="problem" role="alert">
    <p>{problem.message}</p>
    {problem.fix === undefined ? null : <p class="quiet">{problem.fix}</p>}
  </div>
)
