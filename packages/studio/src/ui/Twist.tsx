import type { Opening } from "../model/rows.ts"

/** Whether a group is open, to its half or not. */
export const Twist = ({ isGroup, opening }: { readonly isGroup: boolean; readonly opening: Opening }) =>
  isGroup ? (
    <svg class={`twist ${opening}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={opening === "some" ? "M4 5l4 4 4-4M5 13h6" : "M6 4l4 4-4 4"} />
    </svg>
  ) : (
    <span class="twist" />
  )
