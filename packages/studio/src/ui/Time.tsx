import { age, moment } from "../model/figures.ts"

/** How long ago something was; when exactly, to who asks. */
export const Age = ({ at, now }: { readonly at: number; readonly now: number }) => (
  <time dateTime={new Date(at).toISOString()} title={moment(at)}>
    {age(now - at)}
  </time>
)
