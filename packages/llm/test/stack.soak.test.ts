import { stack } from "./stack.ts"

stack(30_000, process.env["SOAK_SEED"] ?? String(Date.now()))
