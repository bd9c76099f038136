import { stack } from "./support/stack.ts"

stack(2_000, "1")
