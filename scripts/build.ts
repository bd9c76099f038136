// `npm run build`: the packages as they are published, each in its `dist`.
import { build } from "./packed.ts"

try {
  await build()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
