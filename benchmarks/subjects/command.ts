// One measurement of a command: what the processor does for it and all processes that it starts. **Units** ms
import { spawnSync } from "node:child_process"
import { answer } from "../support/measure.ts"

const times = 5

// a shell counts what those cost that it waited for
const script = `i=0; while [ $i -lt ${times} ]; do "$@" > /dev/null || exit; i=$((i + 1)); done; times`

await answer(() => {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", script, "sh", ...process.argv.slice(2)], {
    encoding: "utf8"
  })
  if (status !== 0) throw new Error(stderr)
  const children = stdout.trimEnd().split("\n").at(-1) ?? ""
  const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, rest]) => Number(minutes) * 60 + Number(rest)
  )
  return { cpu: (seconds.reduce((sum, one) => sum + one) * 1000) / times }
})
