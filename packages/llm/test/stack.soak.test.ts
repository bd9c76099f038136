import { stack } from "./support/stack.ts"

stack(30_000, process.env["SOAK_SEED"] ?? String(Date.now()))
