import { oneLine } from "../base/format.ts"
import type { OnCluster } from "../run/store/runStore.ts"

/** Where a run of a cluster is, in words. */
export const onCluster = ({ isQueued, note, worker }: OnCluster): string => {
  if (worker !== null) return `on the cluster at ${worker}`
  if (!isQueued) return "on the cluster"
  return `on the cluster, waits for a worker${note === null ? "" : `: ${oneLine(note)}`}`
}
