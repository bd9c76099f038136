import { hostileIn } from "./inSandbox.ts"

for (const name of ["bubblewrap", "bubblewrap with pytest", "pyodide"] as const) hostileIn(name, true)
