import { z } from "zod"

export const Part = z.object({ title: z.string(), body: z.string(), points: z.array(z.string()), score: z.number() })
