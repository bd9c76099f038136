import { stack } from "./stack.ts"

stack(2_000, "1")
